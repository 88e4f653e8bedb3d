# Before memory runs out, the program that takes most of it is ended.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.earlyoom;
  percent = types.ints.between 1 100;
  two = free: kill: "${toString free}" + lib.optionalString (kill != null) ",${toString kill}";
in
{
  options.services.earlyoom = {
    enable = mkOption { type = types.bool; default = false; description = "Whether it is."; };
    package = mkOption { type = types.package; default = pkgs.earlyoom; defaultText = lib.literalExpression "pkgs.earlyoom"; description = "The package."; };
    freeMemThreshold = mkOption { type = percent; default = 10; description = "Per cent of memory that must be free."; };
    freeMemKillThreshold = mkOption { type = types.nullOr percent; default = null; description = "Per cent below which it is ended at once."; };
    freeSwapThreshold = mkOption { type = percent; default = 10; description = "Per cent of swap that must be free too."; };
    freeSwapKillThreshold = mkOption { type = types.nullOr percent; default = null; description = "The same for swap."; };
    enableDebugInfo = mkOption { type = types.bool; default = false; description = "Whether it tells what it sees."; };
    enableNotifications = mkOption { type = types.bool; default = false; description = "Whether users are told on their screens."; };
    killHook = mkOption { type = types.nullOr types.path; default = null; description = "A program that is told of each."; };
    reportInterval = mkOption { type = types.int; default = 3600; description = "Seconds between two reports; none with 0."; };
    extraArgs = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--prefer" "^(java)$" ]; description = "Further arguments."; };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.earlyoom = {
      description = "Early OOM Daemon for Linux";
      wantedBy = [ "multi-user.target" ];
      serviceConfig = {
        StandardError = "null";
        Restart = "always";
        ExecStart = lib.concatStringsSep " " (
          [
            "${cfg.package}/bin/earlyoom"
            "-m ${two cfg.freeMemThreshold cfg.freeMemKillThreshold}"
            "-s ${two cfg.freeSwapThreshold cfg.freeSwapKillThreshold}"
            "-r ${toString cfg.reportInterval}"
          ]
          ++ lib.optional cfg.enableDebugInfo "-d" ++ lib.optional cfg.enableNotifications "-n"
          ++ lib.optional (cfg.killHook != null) "-N ${lib.escapeShellArg cfg.killHook}"
          ++ map lib.escapeShellArg cfg.extraArgs
        );
      };
    };
  };
}
