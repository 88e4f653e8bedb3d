# A desktop: an X server at which somebody is logged in, with a window manager and a terminal.
{ pkgs, ... }:

{
  networking.hostName = "desktop";
  networking.useDHCP = false;
  virtualisation.memorySize = 1536;

  services.xserver.enable = true;
  services.xserver.xkb.layout = "de";
  services.xserver.resolutions = [ { x = 1024; y = 768; } ];
  services.xserver.windowManager.icewm.enable = true;
  services.displayManager.autoLogin.user = "anna";
  services.xserver.displayManager.sessionCommands = ''
    ${pkgs.xterm}/bin/xterm -title terminal -fa Monospace -fs 14 -geometry 60x16+80+80 -e sh -c 'echo; echo "  A machine from one file."; sleep 100000' &
  '';
  users.users.anna.isNormalUser = true;
}
