# A service that cannot start.
{ ... }:

{
  imports = [ ./base.nix ];
  systemd.services.greeter = {
    script = "echo cannot; exit 3";
  };
}
