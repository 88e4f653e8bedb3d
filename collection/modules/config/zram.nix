# Swap in memory that is compressed.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.zramSwap;
  devices = lib.genList (index: "zram${toString index}") cfg.swapDevices;

  ofDevice = device: lib.nameValuePair "${device}-swap" {
    description = "Swap in compressed memory";
    wantedBy = [ "swap.target" ];
    after = [ "systemd-modules-load.service" ];
    before = [ "swap.target" "shutdown.target" ];
    conflicts = [ "shutdown.target" ];
    unitConfig.DefaultDependencies = false;
    path = [ pkgs.util-linux pkgs.mount pkgs.kmod pkgs.gawk ];
    serviceConfig = { Type = "oneshot"; RemainAfterExit = true; };
    script = ''
      memory=$(awk '/^MemTotal:/ { print $2 * 1024 }' /proc/meminfo)
      size=$((memory * ${toString cfg.memoryPercent} / 100 / ${toString cfg.swapDevices}))
      ${lib.optionalString (cfg.memoryMax != null) "if [ $size -gt ${toString cfg.memoryMax} ]; then size=${toString cfg.memoryMax}; fi"}
      zramctl --algorithm ${lib.escapeShellArg cfg.algorithm} --size $size /dev/${device}
      mkswap --quiet /dev/${device} > /dev/null
      swapon --priority ${toString cfg.priority} /dev/${device}
    '';
    preStop = ''
      swapoff /dev/${device}
      zramctl --reset /dev/${device}
    '';
  };
in
{
  options.zramSwap = {
    enable = mkOption { type = types.bool; default = false; description = "Whether some of the memory is compressed swap."; };
    swapDevices = mkOption { type = types.ints.positive; default = 1; description = "How many devices it is divided into."; };
    memoryPercent = mkOption { type = types.ints.positive; default = 50; description = "How much can be swapped, before it is compressed, in percent of the memory."; };
    memoryMax = mkOption { type = types.nullOr types.ints.positive; default = null; description = "How much at most, in bytes."; };
    priority = mkOption { type = types.int; default = 5; description = "What is used before swap of a lower priority."; };
    algorithm = mkOption { type = types.str; default = "zstd"; example = "lz4"; description = "How it is compressed."; };
  };

  config = lib.mkIf cfg.enable {
    boot.kernelModules = [ "zram" ];
    boot.extraModprobeConfig = "options zram num_devices=${toString cfg.swapDevices}\n";
    systemd.services = lib.listToAttrs (map ofDevice devices);
  };
}
