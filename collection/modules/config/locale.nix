# Where on the earth the machine is: its time zone.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.time;
in
{
  options = {
    time.timeZone = mkOption {
      type = types.nullOr (types.addCheck types.str (zone: builtins.match ".*[[:space:]].*" zone == null) // { description = "null or string without spaces"; });
      default = null;
      example = "America/New_York";
      description = "The time zone that times are shown in. With `null` it is UTC, or what {command}`timedatectl set-timezone` says.";
    };
    time.hardwareClockInLocalTime = mkOption {
      type = types.bool;
      default = false;
      description = "Whether the hardware's clock goes by the time zone, and not by UTC.";
    };
    location = {
      latitude = mkOption { type = types.float; description = "The latitude of the machine, in degrees: from -90 to 90."; };
      longitude = mkOption { type = types.float; description = "The longitude of the machine, in degrees: from -180 to 180."; };
      provider = mkOption { type = types.enum [ "manual" "geoclue2" ]; default = "manual"; description = "Who says where the machine is: the configuration, or a service."; };
    };
  };

  config = {
    environment.sessionVariables.TZDIR = "/etc/zoneinfo";
    systemd.globalEnvironment.TZDIR = "/etc/zoneinfo";

    environment.etc = {
      zoneinfo.source = "${pkgs.tzdata}/share/zoneinfo";
    } // lib.optionalAttrs (cfg.timeZone != null) {
      # Systemd reads the zone's name off the link.
      localtime = { source = "/etc/zoneinfo/${cfg.timeZone}"; mode = "direct-symlink"; };
    } // lib.optionalAttrs cfg.hardwareClockInLocalTime {
      adjtime.text = "0.0 0 0.0\n0\nLOCAL\n";
    };
    system.checks = lib.optional (cfg.timeZone != null) (pkgs.runCommand "time-zone-exists" { } ''
      if [ ! -f ${pkgs.tzdata}/share/zoneinfo/${lib.escapeShellArg cfg.timeZone} ]; then
        echo "time.timeZone: there is no time zone ${lib.escapeShellArg cfg.timeZone}" >&2
        exit 1
      fi
      mkdir $out
    '');
  };
}
