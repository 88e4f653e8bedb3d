# Xfce with a window manager beside it, in a virtual machine.
{ pkgs, ... }:
{
  boot.loader.grub.device = "/dev/vda";
  fileSystems."/".device = "/dev/vda1";
  services.xserver = {
    enable = true;
    desktopManager.xfce.enable = true;
    windowManager.i3.enable = true;
    displayManager.defaultSession = "xfce+i3";
  };
  services.qemuGuest.enable = true;
  fonts.fonts = [ pkgs.noto-fonts pkgs.fira-code ];
  users.users.ada.isNormalUser = true;
}
