# A desktop: an X server at which somebody is logged in, with a window manager and a terminal.
{ pkgs, ... }:

{
  networking.hostName = "desktop";
  networking.useDHCP = false;
  virtualisation.memorySize = 1536;

  # An emulated processor draws more quickly without what stands for a graphics processor.
  hardware.graphics.enable = false;
  fonts.enableDefaultPackages = false;
  fonts.packages = [ pkgs.fonts-dejavu-core ];
  services.xserver.enable = true;
  services.xserver.xkb.layout = "de";
  services.xserver.resolutions = [ { x = 1024; y = 768; } ];
  services.xserver.windowManager.icewm.enable = true;
  services.displayManager.autoLogin.user = "anna";
  services.xserver.displayManager.sessionCommands = ''
    ${pkgs.xterm}/bin/xterm -title terminal -fa Monospace -fs 14 -geometry 60x16+80+80 -e bash -c 'echo; echo "  A machine from one file."; sleep 100000' &
  '';
  users.users.anna.isNormalUser = true;
}
