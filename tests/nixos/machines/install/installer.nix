# The machine from which the others are installed. It has their systems, so that nothing has to be built in it.
{ lib, pkgs, modulesPath, ... }:

let
  systemOf = module: ((import modulesPath { }).evalConfig { inherit pkgs; modules = [ module ]; }).config.system.build.toplevel;
  systems = { raid = systemOf ./bios-raid.nix; luks = systemOf ./efi-luks.nix; };
in
{
  networking = { hostName = "installer"; useDHCP = false; firewall.enable = false; };
  services.resolved.enable = false;
  services.timesyncd.enable = false;
  boot.kernelPackages = pkgs.linuxPackages_cloud;
  boot.loader.external.enable = true;
  fileSystems."/" = { label = "nixos"; fsType = "ext4"; };
  virtualisation.additionalPaths = builtins.attrValues systems;
  environment.etc = lib.mapAttrs' (name: system: lib.nameValuePair "systems/${name}" { source = system; }) systems;
  environment.systemPackages = with pkgs; [ util-linux fdisk e2fsprogs dosfstools cryptsetup-bin mdadm ];
  services.lvm.enable = true;
  services.udev.packages = [ pkgs.mdadm ];
}
