# Logins at the consoles.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.getty;
  arguments = lib.concatStringsSep " " (
    [ "--login-program" "${pkgs.login}/bin/login" ]
    ++ lib.optionals (cfg.autologinUser != null) [ "--autologin" cfg.autologinUser ]
    ++ cfg.extraArgs
  );
  agetty = "${pkgs.util-linux}/bin/agetty";
  # The empty one takes back what the package's unit says.
  start = rest: { serviceConfig.ExecStart = [ "" "${agetty} ${arguments} ${rest}" ]; restartIfChanged = false; };
in
{
  options.services.getty = {
    autologinUser = mkOption { type = types.nullOr types.str; default = null; description = "The user who is logged in at every console, without a password."; };
    greetingLine = mkOption { type = types.str; default = ""; description = "The line above the prompt."; };
    helpLine = mkOption { type = types.lines; default = ""; description = "The lines below it."; };
    extraArgs = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--nohostname" ]; description = "Further arguments of agetty."; };
  };

  config = {
    services.getty.greetingLine = lib.mkDefault ''<<< Welcome to NixOS ${config.system.nixos.label} (\m) - \l >>>'';
    systemd.services."getty@" = start "--noclear --keep-baud %I 115200,38400,9600 $TERM";
    systemd.services."serial-getty@" = start "%I --keep-baud 115200,57600,38400,9600 $TERM";
    systemd.services."console-getty" = start "--noclear --keep-baud console 115200,38400,9600 $TERM";
    systemd.services."container-getty@" = start "--noclear --keep-baud pts/%I 115200,38400,9600 $TERM";
    environment.etc.issue.text = "\n${cfg.greetingLine}\n${cfg.helpLine}\n";
  };
}
