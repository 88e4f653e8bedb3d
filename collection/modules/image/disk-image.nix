# A system whose disk is an image: what it mounts, and what starts it.
{ config, lib, pkgs, modulesPath, ... }:

let
  isEfi = config.image.efiSupport;
in
{
  image.extension = if config.image.format == "raw" then "img" else config.image.format;
  fileSystems = lib.mkImageMediaOverride ({
    "/" = { device = "/dev/disk/by-label/nixos"; fsType = "ext4"; };
  } // lib.optionalAttrs isEfi {
    "/boot" = { device = "/dev/disk/by-label/ESP"; fsType = "vfat"; options = [ "umask=0077" ]; };
  });
  swapDevices = lib.mkImageMediaOverride [ ];
  boot.initrd.luks.devices = lib.mkImageMediaOverride { };
  boot.swraid.enable = lib.mkImageMediaOverride false;
  boot.loader.grub.enable = lib.mkImageMediaOverride (!isEfi);
  boot.loader.grub.devices = lib.mkOverride 1100 [ "/dev/vda" ];
  boot.loader.systemd-boot.enable = lib.mkImageMediaOverride isEfi;

  system.build.image = import ./make-disk-image.nix { inherit config lib pkgs; };
}
