# The machine that the tests of switching begin with: a web server that says how it is, a service of its own, and a counter that
# nothing of the variants concerns.
{ config, lib, modulesPath, pkgs, ... }:

{
  imports = [ "${modulesPath}/virtualisation/qemu-vm.nix" "${modulesPath}/testing/test-instrumentation.nix" ];

  networking.hostName = "switched";
  boot.kernelPackages = pkgs.linuxPackages_cloud;
  virtualisation.memorySize = 2048;

  # Nobody else is on its network.
  networking = { useDHCP = false; firewall.enable = false; nftables.enable = false; };
  services.resolved.enable = false;
  services.timesyncd.enable = false;

  services.nginx.enable = true;
  services.nginx.virtualHosts."switched" = {
    default = true;
    locations."/".return = lib.mkDefault "200 'the first page'";
  };
  systemd.services.nginx.healthCheck = {
    timeout = 20;
    script = ''
      exec 3<> /dev/tcp/127.0.0.1/80
      printf 'GET / HTTP/1.0\r\n\r\n' >&3
      read -r line <&3
      case $line in
        *' 200 '*) ;;
        *) echo "nginx answers: $line"; exit 1 ;;
      esac
    '';
  };

  systemd.services.counter = {
    wantedBy = [ "multi-user.target" ];
    script = "while sleep 1000; do :; done";
  };
  systemd.services.greeter = {
    enable = lib.mkDefault true;
    wantedBy = [ "multi-user.target" ];
    script = lib.mkDefault "echo hello; while sleep 1000; do :; done";
  };
}
