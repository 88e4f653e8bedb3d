# systemd-timesyncd, which asks servers for the time.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.timesyncd;
in
{
  options = {
    networking.timeServers = mkOption {
      type = types.listOf types.str;
      default = map (n: "${toString n}.nixos.pool.ntp.org") [ 0 1 2 3 ];
      description = "The servers that know the time.";
    };
    services.timesyncd = {
      enable = mkOption { type = types.bool; default = !config.boot.isContainer; defaultText = lib.literalExpression "!config.boot.isContainer"; description = "Whether the machine's clock goes by servers."; };
      package = mkOption { type = types.package; default = pkgs.systemd-timesyncd; defaultText = lib.literalExpression "pkgs.systemd-timesyncd"; description = "The package with the program."; };
      servers = mkOption { type = types.nullOr (types.listOf types.str); default = config.networking.timeServers; defaultText = lib.literalExpression "config.networking.timeServers"; description = "The servers that are asked; `null` for none but those that come by DHCP."; };
      fallbackServers = mkOption { type = types.nullOr (types.listOf types.str); default = null; description = "Who is asked when no server is known."; };
      extraConfig = mkOption { type = types.lines; default = ""; example = "PollIntervalMaxSec=180"; description = "Lines at the end of {manpage}`timesyncd.conf(5)`."; };
    };
  };

  config = lib.mkIf cfg.enable {
    users.users.systemd-timesync = { uid = config.ids.uids.systemd-timesync; group = "systemd-timesync"; description = "systemd Time Synchronization"; };
    users.groups.systemd-timesync.gid = config.ids.gids.systemd-timesync;
    services.dbus.packages = [ cfg.package ];
    systemd.packages = [ cfg.package ];
    environment.etc."systemd/timesyncd.conf".text = "[Time]\n"
      + lib.optionalString (cfg.servers != null) "NTP=${toString cfg.servers}\n"
      + lib.optionalString (cfg.fallbackServers != null) "FallbackNTP=${toString cfg.fallbackServers}\n"
      + cfg.extraConfig;
    systemd.services.systemd-timesyncd = {
      wantedBy = [ "sysinit.target" ];
      aliases = [ "dbus-org.freedesktop.timesync1.service" ];
      restartTriggers = [ config.environment.etc."systemd/timesyncd.conf".source ];
    };
  };
}
