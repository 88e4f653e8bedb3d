# What draws the windows' frames: the programs that the archive has, each with the command that starts it.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.xserver.windowManager;

  # The name of the option, the package, and the program.
  known = {
    icewm = { package = "icewm"; program = "icewm"; };
    openbox = { package = "openbox"; program = "openbox-session"; };
    fluxbox = { package = "fluxbox"; program = "startfluxbox"; };
    jwm = { package = "jwm"; program = "jwm"; };
    twm = { package = "twm"; program = "twm"; };
    i3 = { package = "i3-wm"; program = "i3"; };
    dwm = { package = "dwm"; program = "dwm"; };
  };
  enabled = lib.filterAttrs (name: _: cfg.${name}.enable) known;
in
{
  options.services.xserver.windowManager = builtins.mapAttrs
    (name: _: { enable = mkOption { type = types.bool; default = false; description = "Whether ${name} draws the windows."; }; })
    known
  // {
    session = mkOption {
      internal = true;
      type = types.listOf (types.submodule {
        options.name = mkOption { type = types.str; description = "The name of the window manager."; };
        options.start = mkOption { type = types.lines; description = "Shell commands that start it, and set `waitPID`."; };
      });
      default = [ ];
      description = "The window managers.";
    };
  };

  config.services.xserver.windowManager.session = lib.mapAttrsToList
    (name: { package, program }: { inherit name; start = "${pkgs.${package}}/bin/${program} &\nwaitPID=$!\n"; })
    enabled;
  config.environment.systemPackages = lib.mapAttrsToList (_: { package, ... }: pkgs.${package}) enabled;
}
