# Machines within the machine, and a service for each.
{ ... }:
{
  boot.isContainer = true;
  containers.database = {
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { pkgs, ... }: { services.postgresql = { enable = true; package = pkgs.postgresql_11; }; };
  };
  containers.web.config = {
    services.httpd = { enable = true; adminAddr = "ada@example.org"; };
    networking.firewall.allowedTCPPorts = [ 80 ];
  };
  systemd.services.hello = {
    wantedBy = [ "multi-user.target" ];
    script = "echo hello";
    serviceConfig.DynamicUser = true;
  };
}
