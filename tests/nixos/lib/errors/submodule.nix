{
  users.anna = {
    shel = "/bin/sh";
  };
}
