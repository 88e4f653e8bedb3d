# The terminal multiplexer screen, and its settings for everybody.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.screen;
in
{
  options.programs.screen = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether screen is there."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.screen; defaultText = lib.literalExpression "pkgs.screen"; description = "The package."; };
    screenrc = lib.mkOption { type = lib.types.lines; default = ""; description = "Lines for {file}`/etc/screenrc`."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    environment.etc.screenrc.text = cfg.screenrc;
    # Sockets that others must not get at.
    systemd.tmpfiles.rules = [ "d /run/screen 1777 root root -" ];
  };
}
