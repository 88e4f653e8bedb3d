# Removing by the clock what nothing needs any more.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.nix.gc;
in
{
  options.nix.gc = {
    automatic = mkOption { type = types.bool; default = false; description = "Whether garbage is collected at set times."; };
    dates = mkOption {
      type = types.coercedTo types.str lib.singleton (types.listOf types.str);
      default = [ "03:15" ];
      example = "weekly";
      description = "When, in the words of {manpage}`systemd.time(7)`.";
    };
    randomizedDelaySec = mkOption { type = types.str; default = "0"; example = "45min"; description = "How much later it may begin."; };
    persistent = mkOption { type = types.bool; default = true; description = "Whether a time that passed while the machine was off is made up for."; };
    options = mkOption {
      type = types.separatedString " ";
      default = "";
      example = "--delete-older-than 30d";
      description = "Arguments of {command}`nix-collect-garbage`.";
    };
  };

  config = lib.mkIf (config.nix.enable && cfg.automatic) {
    systemd.services.nix-gc = {
      description = "Nix Garbage Collector";
      script = "exec ${config.nix.package}/bin/nix-collect-garbage ${cfg.options}";
      serviceConfig.Type = "oneshot";
    };
    systemd.timers.nix-gc = {
      description = "Nix Garbage Collector";
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnCalendar = cfg.dates;
        RandomizedDelaySec = cfg.randomizedDelaySec;
        Persistent = cfg.persistent;
      };
    };
  };
}
