# What of the kernel's abilities is given up for safety.
{ config, lib, ... }:

let
  inherit (lib) mkIf mkOption types;
  cfg = config.security;
in
{
  options = {
    security.allowUserNamespaces = mkOption { type = types.bool; default = true; description = "Whether there are namespaces of users; the build's sandbox needs them."; };
    security.unprivilegedUsernsClone = mkOption { type = types.bool; default = false; description = "Whether ordinary users may make some where the kernel asks."; };
    security.protectKernelImage = mkOption { type = types.bool; default = false; description = "Whether the running kernel cannot be replaced."; };
    security.allowSimultaneousMultithreading = mkOption { type = types.bool; default = true; description = "Whether a core runs two programs at once."; };
    security.forcePageTableIsolation = mkOption { type = types.bool; default = false; description = "Whether the kernel's memory is hidden on every processor."; };
    security.virtualisation.flushL1DataCache = mkOption { type = types.nullOr (types.enum [ "never" "cond" "always" ]); default = null; description = "When a processor forgets what it has at hand before it enters a virtual machine."; };
    security.lockKernelModules = mkOption { type = types.bool; default = false; description = "Whether no modules are loaded once the machine runs."; };
  };

  config = lib.mkMerge [
    (mkIf (!cfg.allowUserNamespaces) {
      boot.kernel.sysctl."user.max_user_namespaces" = 0;
    })
    (mkIf cfg.unprivilegedUsernsClone { boot.kernel.sysctl."kernel.unprivileged_userns_clone" = lib.mkDefault true; })
    (mkIf cfg.protectKernelImage {
      boot.kernelParams = [ "nohibernate" ];
      boot.kernel.sysctl."kernel.kexec_load_disabled" = lib.mkDefault true;
    })
    (mkIf (!cfg.allowSimultaneousMultithreading) { boot.kernelParams = [ "nosmt" ]; })
    (mkIf cfg.forcePageTableIsolation { boot.kernelParams = [ "pti=on" ]; })
    (mkIf (cfg.virtualisation.flushL1DataCache != null) { boot.kernelParams = [ "kvm-intel.vmentry_l1d_flush=${cfg.virtualisation.flushL1DataCache}" ]; })
    (mkIf cfg.lockKernelModules {
      # What file systems need is loaded before.
      boot.kernelModules = lib.concatMap (fs: if fs.fsType == "vfat" then [ "vfat" "nls-cp437" "nls-iso8859-1" ] else [ fs.fsType ])
        (builtins.filter (fs: !builtins.elem fs.fsType [ "none" "auto" "bind" "tmpfs" "overlay" ]) (builtins.attrValues config.fileSystems));
      systemd.services.disable-kernel-module-loading = {
        description = "Disable kernel module loading";
        wantedBy = [ config.systemd.defaultUnit ];
        after = [ "systemd-udev-settle.service" "firewall.service" "systemd-modules-load.service" config.systemd.defaultUnit ];
        unitConfig.ConditionPathIsReadWrite = "/proc/sys/kernel";
        script = "echo -n 1 > /proc/sys/kernel/modules_disabled";
        serviceConfig = { Type = "oneshot"; RemainAfterExit = true; TimeoutSec = 180; };
      };
    })
  ];
}
