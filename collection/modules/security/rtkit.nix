# rtkit: programs of users may ask to be run without delay.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.security.rtkit;
in
{
  options.security.rtkit = {
    enable = mkOption { type = types.bool; default = false; description = "Whether they may."; };
    package = mkOption { type = types.package; default = pkgs.rtkit; defaultText = lib.literalExpression "pkgs.rtkit"; description = "The package of rtkit."; };
    args = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--max-realtime-priority=29" ]; description = "Arguments of the program."; };
  };

  config = lib.mkIf cfg.enable {
    security.polkit.enable = true;
    environment.systemPackages = [ cfg.package ];
    services.dbus.packages = [ cfg.package ];
    users.users.rtkit = { isSystemUser = true; group = "rtkit"; description = "RealtimeKit daemon"; };
    users.groups.rtkit = { };
    systemd.services.rtkit-daemon = {
      description = "RealtimeKit";
      serviceConfig = {
        Type = "dbus";
        BusName = "org.freedesktop.RealtimeKit1";
        ExecStart = "${cfg.package}/libexec/rtkit-daemon ${lib.escapeShellArgs cfg.args}";
        CapabilityBoundingSet = [ "CAP_SYS_NICE" "CAP_DAC_READ_SEARCH" "CAP_SYS_PTRACE" "CAP_SYS_CHROOT" "CAP_SETGID" "CAP_SETUID" ];
        PrivateNetwork = true;
      };
    };
  };
}
