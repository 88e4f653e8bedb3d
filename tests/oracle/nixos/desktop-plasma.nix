# Plasma on an encrypted disk.
{ pkgs, ... }:
{
  boot.loader.grub = { device = "nodev"; efiSupport = true; };
  boot.loader.efi.canTouchEfiVariables = true;
  boot.initrd.luks.devices.root.device = "/dev/sda2";
  fileSystems."/".device = "/dev/mapper/root";
  services.xserver = {
    enable = true;
    displayManager.sddm.enable = true;
    desktopManager.plasma5.enable = true;
  };
  programs.zsh.enable = true;
  users.users.ada = { isNormalUser = true; shell = pkgs.zsh; };
}
