{ packages, shell }:

{
  names = { };
}
