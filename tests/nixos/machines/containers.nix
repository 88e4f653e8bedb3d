# Containers on a machine: one with a network of its own that is there from the start, and one that is new each time.
{ pkgs, ... }:

{
  networking.hostName = "host";
  boot.kernelPackages = pkgs.linuxPackages_cloud;
  environment.systemPackages = [ pkgs.curl ];
  system.activationScripts.shared.text = "mkdir -p /srv/shared && echo 'from the host' > /srv/shared/word";

  containers.web = {
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.231.136.1";
    localAddress = "10.231.136.2";
    bindMounts."/shared" = { hostPath = "/srv/shared"; isReadOnly = true; };
    # An emulated processor is slow.
    timeoutStartSec = "10min";
    config = { config, ... }: {
      networking.firewall.allowedTCPPorts = [ 80 ];
      services.nginx.enable = true;
      services.nginx.virtualHosts.web.locations."/".return = "200 'the container ${config.networking.hostName}'";
    };
  };

  containers.fresh = {
    ephemeral = true;
    timeoutStartSec = "10min";
    config = { users.users.anna.isNormalUser = true; };
  };
}
