# What the installed systems of the test have in common: small, with a console that the test reads and writes, and a variant that
# becomes their second generation.
{ lib, pkgs, modulesPath, ... }:

{
  imports = [ "${modulesPath}/testing/test-instrumentation.nix" ];
  boot.kernelPackages = pkgs.linuxPackages_cloud;
  boot.kernelParams = [ "console=ttyS0" "panic=-1" ];
  boot.initrd.compressor = "cat";
  boot.loader.timeout = lib.mkDefault 10;
  nix.enable = false;
  # Nobody else is on their network, and what is not there need not start.
  networking = { useDHCP = false; firewall.enable = false; };
  services.resolved.enable = false;
  services.timesyncd.enable = false;
  specialisation.second.configuration = { networking.hostName = lib.mkForce "second"; };
}
