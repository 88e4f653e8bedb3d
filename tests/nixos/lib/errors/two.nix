{ lib, ... }:
{
  config = lib.mkIf true {
    port = 8080;
  };
}
