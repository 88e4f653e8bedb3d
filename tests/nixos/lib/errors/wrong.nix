{
  port = "eighty";
}
