# What a machine does to need less, and when it goes to sleep and wakes.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.powerManagement;
  lines = description: mkOption { type = types.lines; default = ""; inherit description; };
in
{
  options.powerManagement = {
    enable = mkOption { type = types.bool; default = true; description = "Whether the following commands are run."; };
    powerUpCommands = lines "Commands when the machine starts and wakes.";
    powerDownCommands = lines "Commands before it stops and sleeps.";
    resumeCommands = lines "Commands when it wakes.";
    cpuFreqGovernor = mkOption { type = types.nullOr types.str; default = null; example = "powersave"; description = "How fast processors run: `ondemand`, `powersave`, `performance`."; };
    cpufreq.max = mkOption { type = types.nullOr types.ints.unsigned; default = null; description = "Their greatest frequency, in kilohertz."; };
    cpufreq.min = mkOption { type = types.nullOr types.ints.unsigned; default = null; description = "Their least."; };
    powertop.enable = mkOption { type = types.bool; default = false; description = "Whether all that powertop proposes is done at the start."; };
  };

  config = lib.mkIf cfg.enable {
    boot.kernelModules = lib.optional (cfg.cpuFreqGovernor != null) "cpufreq_${cfg.cpuFreqGovernor}";
    systemd.targets.post-resume = { description = "Post-Resume Actions"; after = [ "post-resume.service" ]; requires = [ "post-resume.service" ]; wantedBy = [ "sleep.target" ]; };
    systemd.services = {
      post-resume = {
        description = "Post-Resume Actions";
        after = [ "suspend.target" "hibernate.target" "hybrid-sleep.target" "suspend-then-hibernate.target" ];
        script = "${cfg.resumeCommands}\n${cfg.powerUpCommands}\n";
        serviceConfig.Type = "oneshot";
      };
      pre-sleep = {
        description = "Pre-Sleep Actions";
        wantedBy = [ "sleep.target" ];
        before = [ "sleep.target" ];
        script = cfg.powerDownCommands;
        serviceConfig.Type = "oneshot";
      };
    } // lib.optionalAttrs (cfg.powerUpCommands != "") {
      post-boot = { description = "Post-Boot Actions"; wantedBy = [ "multi-user.target" ]; script = cfg.powerUpCommands; serviceConfig = { Type = "oneshot"; RemainAfterExit = true; }; restartIfChanged = false; };
    } // lib.optionalAttrs (cfg.cpuFreqGovernor != null || cfg.cpufreq.max != null || cfg.cpufreq.min != null) {
      cpufreq = {
        description = "CPU Frequency Setup";
        after = [ "systemd-modules-load.service" ];
        wantedBy = [ "multi-user.target" ];
        unitConfig.ConditionVirtualization = "!container";
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = "yes";
          ExecStart = "${pkgs.linux-cpupower}/bin/cpupower frequency-set"
            + lib.optionalString (cfg.cpuFreqGovernor != null) " --governor ${cfg.cpuFreqGovernor}"
            + lib.optionalString (cfg.cpufreq.max != null) " --max ${toString cfg.cpufreq.max}"
            + lib.optionalString (cfg.cpufreq.min != null) " --min ${toString cfg.cpufreq.min}";
          SuccessExitStatus = "0 237";
        };
      };
    } // lib.optionalAttrs cfg.powertop.enable {
      powertop = { description = "Powertop tunings"; wantedBy = [ "multi-user.target" ]; path = [ pkgs.kmod ]; serviceConfig = { Type = "oneshot"; RemainAfterExit = "yes"; ExecStart = "${pkgs.powertop}/bin/powertop --auto-tune"; }; };
    };
  };
}
