{ lib, ... }:
{
  port = 80;
}
