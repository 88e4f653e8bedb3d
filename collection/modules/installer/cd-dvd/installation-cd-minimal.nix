# A disc to install systems from: a shell of root's at every console, and the programs that disks are set up with.
{ lib, pkgs, ... }:

{
  imports = [ ./iso-image.nix ];
  isoImage.title = lib.mkDefault "NixOS installer";
  networking.hostName = lib.mkDefault "nixos";
  users.users.root.initialHashedPassword = lib.mkDefault "";
  environment.systemPackages = with pkgs; [
    util-linux fdisk e2fsprogs dosfstools btrfs-progs xfsprogs cryptsetup-bin mdadm efibootmgr grub2-common pciutils
  ];
  services.udev.packages = [ pkgs.mdadm ];
}
