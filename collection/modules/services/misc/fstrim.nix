# What file systems no longer use is told to their disks, once a week.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.fstrim;
in
{
  options.services.fstrim = {
    enable = mkOption { type = types.bool; default = false; description = "Whether it is."; };
    interval = mkOption { type = types.str; default = "weekly"; description = "When, as {manpage}`systemd.time(7)` has it."; };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.fstrim = {
      description = "Discard unused blocks of file systems";
      unitConfig.ConditionVirtualization = "!container";
      startAt = cfg.interval;
      serviceConfig = {
        Type = "oneshot";
        ExecStart = "${pkgs.util-linux}/bin/fstrim --listed-in /etc/fstab:/proc/self/mountinfo --verbose --quiet-unsupported";
        PrivateNetwork = true;
        ProtectKernelModules = true;
      };
    };
    systemd.timers.fstrim.timerConfig = { AccuracySec = "1h"; Persistent = true; RandomizedDelaySec = 6000; };
  };
}
