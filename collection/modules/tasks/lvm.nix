# Volume groups of LVM: the first stage of the boot starts the volumes that it needs, so that the root file system may lie on one;
# the others udev starts as the parts of their groups appear, or a service where these were there before.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.lvm;
  inFirstStage = config.boot.initrd.services.lvm.enable;

  # Whether a file system or swap names a volume, as /dev/GROUP/VOLUME or as the mapper does and no encrypted volume is.
  encrypted = config.boot.initrd.luks.devices;
  isVolume = device:
    let parts = builtins.match "/dev/([^/]+)/([^/]+)" device; in
    parts != null && (
      if builtins.head parts == "mapper"
      then ! encrypted ? ${lib.last parts} && lib.hasInfix "-" (lib.last parts)
      else ! builtins.elem (builtins.head parts) [ "md" "disk" "vg" "loop" "zvol" ]
    );
  devices = map (fs: toString fs.device) (builtins.attrValues config.fileSystems) ++ map (swap: toString swap.device) config.swapDevices;
in
{
  options = {
    services.lvm = {
      enable = mkOption {
        type = types.bool;
        default = inFirstStage || lib.any isVolume devices;
        defaultText = "whether a file system or swap is on a volume";
        description = "Whether volumes of LVM are started as the disks appear that they lie on.";
      };
      package = mkOption { type = types.package; default = pkgs.lvm2; defaultText = lib.literalExpression "pkgs.lvm2"; description = "The package of LVM."; };
    };
    boot.initrd.services.lvm.enable = mkOption {
      type = types.bool;
      default = lib.any (x: isVolume (toString x.device)) (config.system.build.bootFileSystems ++ builtins.attrValues encrypted);
      defaultText = "whether a file system or an encrypted volume of the first stage is on a volume";
      description = "Whether the first stage of the boot starts the volumes that it needs.";
    };
  };

  config = lib.mkMerge [
    (lib.mkIf cfg.enable {
      environment.systemPackages = [ cfg.package ];
      services.udev.packages = [ cfg.package ];
      systemd.packages = [ cfg.package ];
      systemd.sockets.lvm2-lvmpolld.wantedBy = [ "sysinit.target" ];
    })
    (lib.mkIf inFirstStage {
      # Of what was there before udev ran, such as an encrypted volume, udev does not hear again.
      systemd.services.lvm-activation = {
        description = "Volumes of LVM on what the first stage has opened";
        wantedBy = [ "sysinit.target" ];
        wants = [ "systemd-udevd.service" ];
        after = [ "systemd-udevd.service" ];
        conflicts = [ "shutdown.target" ];
        before = [ "shutdown.target" ];
        unitConfig.DefaultDependencies = false;
        serviceConfig = { Type = "oneshot"; RemainAfterExit = true; ExecStart = "${cfg.package}/bin/lvm vgchange -a ay"; };
      };
      boot.initrd = {
        kernelModules = [ "dm_mod" ];
        # Which of them a volume needs is known when it is started.
        availableKernelModules = [ "dm_snapshot" "dm_mirror" "dm_raid" "raid0" "raid1" "raid10" "raid456" ];
        extraUtilsCommands = "copy_bin_and_libs ${cfg.package}/bin/lvm";
        extraUtilsCommandsTest = "LVM_SYSTEM_DIR= $out/bin/lvm segtypes";
      };
    })
  ];
}
