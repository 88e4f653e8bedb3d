# The web server starts, but does not do what it is there for.
{ ... }:

{
  imports = [ ./base.nix ];
  services.nginx.virtualHosts."switched".locations."/".return = "503 'no page'";
  users.users.mallory = { isNormalUser = true; uid = 1235; };
}
