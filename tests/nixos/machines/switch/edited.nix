# What a person changes on an ordinary day: a package comes, a page is different, a service goes, a user comes.
{ lib, pkgs, ... }:

{
  imports = [ ./base.nix ];
  environment.systemPackages = [ pkgs.jq ];
  services.nginx.virtualHosts."switched".locations."/".return = "200 'the second page'";
  systemd.services.greeter.enable = lib.mkForce false;
  users.users.alice = { isNormalUser = true; uid = 1234; };
}
