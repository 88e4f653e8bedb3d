# cron: commands at times, in the lines of crontab(5).
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.cron;

  systemFile = pkgs.writeText "system-crontab" ''
    SHELL=${pkgs.bash}/bin/bash
    PATH=${config.system.path}/bin
    ${lib.optionalString (cfg.mailto != null) "MAILTO=\"${cfg.mailto}\""}
    NIX_CONF_DIR=/etc/nix
    ${lib.concatStringsSep "\n" cfg.systemCronJobs}
  '';
in
{
  options.services.cron = {
    enable = mkOption { type = types.bool; default = false; description = "Whether cron runs."; };
    mailto = mkOption { type = types.nullOr types.str; default = null; description = "Who is sent what the system's commands print."; };
    systemCronJobs = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "* * * * *  test   ls -l / > /tmp/cronout 2>&1" ];
      description = "The system's commands: times, user, command.";
    };
    cronFiles = mkOption { type = types.listOf types.path; default = [ ]; description = "Further files of such lines."; };
  };

  config = lib.mkMerge [ { services.cron.enable = lib.mkDefault (cfg.systemCronJobs != [ ] || cfg.cronFiles != [ ]); } (lib.mkIf cfg.enable {
    environment.systemPackages = [ pkgs.cron ];
    users.groups.crontab = { };
    security.pam.services.cron = { };
    security.wrappers.crontab = { setgid = true; owner = "root"; group = "crontab"; source = "${pkgs.cron}/bin/crontab"; };
    # The program reads one file of the system's, and it wants it to be root's own.
    environment.etc.crontab = { source = pkgs.runCommand "crontabs" { } "cat ${toString ([ systemFile ] ++ cfg.cronFiles)} > $out"; mode = "0600"; };
    systemd.tmpfiles.rules = [ "d /var/spool/cron 0755 root root -" "d /var/spool/cron/crontabs 1730 root crontab -" ];
    systemd.services.cron = {
      description = "Cron Daemon";
      wantedBy = [ "multi-user.target" ];
      restartTriggers = [ config.environment.etc.crontab.source ];
      serviceConfig.ExecStart = "${pkgs.cron}/bin/cron -f";
    };
  }) ];
}
