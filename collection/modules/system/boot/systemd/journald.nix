# The journal: where it is kept, and how much of it.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.journald;
in
{
  options.services.journald = {
    storage = mkOption {
      type = types.enum [ "persistent" "volatile" "auto" "none" ];
      default = "persistent";
      description = "Where the journal is kept: on disk, in memory, on disk if there is a folder for it, or nowhere.";
    };
    console = mkOption { type = types.str; default = ""; example = "/dev/tty12"; description = "The console that messages are shown at as well."; };
    rateLimitInterval = mkOption { type = types.str; default = "30s"; description = "The time in which a service may write `rateLimitBurst` messages."; };
    rateLimitBurst = mkOption { type = types.int; default = 10000; description = "How many messages a service may write in that time; 0 for any number."; };
    audit = mkOption { type = types.nullOr (types.either types.bool (types.enum [ "keep" ])); default = null; description = "Whether the kernel's audit is switched on; `null` or `keep` to leave it."; };
    forwardToSyslog = mkOption { type = types.bool; default = false; description = "Whether a program for the system's log gets the messages too."; };
    extraConfig = mkOption { type = types.lines; default = ""; example = "SystemMaxUse=100M"; description = "Lines at the end of {manpage}`journald.conf(5)`."; };
  };

  config = {
    environment.etc."systemd/journald.conf".text = ''
      [Journal]
      Storage=${cfg.storage}
      RateLimitInterval=${cfg.rateLimitInterval}
      RateLimitBurst=${toString cfg.rateLimitBurst}
      ${lib.optionalString (cfg.console != "") "ForwardToConsole=yes\nTTYPath=${cfg.console}"}
      ${lib.optionalString (cfg.audit != null) "Audit=${if cfg.audit == true then "yes" else if cfg.audit == false then "no" else cfg.audit}"}
      ${lib.optionalString cfg.forwardToSyslog "ForwardToSyslog=yes"}
      ${cfg.extraConfig}
    '';
    systemd.services.systemd-journald = {
      stopIfChanged = false;
      restartTriggers = [ config.environment.etc."systemd/journald.conf".source ];
    };
  };
}
