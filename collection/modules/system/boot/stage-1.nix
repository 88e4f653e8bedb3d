# The first stage of the boot: an archive that the kernel unpacks and starts, with busybox, the modules that reach the root
# file system, and one script.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot.initrd;
  version = config.boot.kernelPackages.kernel.modDirVersion;

  # The named modules with those that they need. What the kernel has built in is left out; and of those that are only loaded if
  # there is hardware for them, what it does not have.
  modulesClosure = pkgs.runCommand "initrd-modules" { PATH = "${pkgs.coreutils}/bin:${pkgs.kmod}/bin"; } ''
    mkdir -p $out/lib/modules/${version}
    required=" ${toString cfg.kernelModules} "
    for module in ${toString (lib.unique (cfg.availableKernelModules ++ cfg.kernelModules))}; do
      if ! modprobe -d ${config.system.modulesTree} -S ${version} --show-depends "$module" > found; then
        if [[ $required != *" $module "* ]]; then continue; fi
        echo "the kernel has no module $module, which boot.initrd.kernelModules names" >&2
        exit 1
      fi
      while read -r how file _; do
        if [ "$how" != insmod ]; then continue; fi
        name=''${file#${config.system.modulesTree}/}
        mkdir -p "$out/''${name%/*}"
        cp -n "$file" "$out/$name"
      done < found
    done
    cp ${config.system.modulesTree}/lib/modules/${version}/modules.{builtin,order} $out/lib/modules/${version}/
    depmod -b $out ${version}
  '';

  # `mountpoint device type options`, in the order of mounting.
  mounts = lib.concatMapStrings
    (fs: "${fs.mountPoint} ${fs.device} ${fs.fsType} ${lib.concatStringsSep "," fs.options}\n")
    config.system.build.bootFileSystems;

  initrd = pkgs.runCommand "initrd"
    {
      inherit mounts;
      inherit (cfg) postDeviceCommands postMountCommands preLVMCommands;
      modules = toString cfg.kernelModules;
      script = ./stage-1-init.sh;
      passAsFile = [ "mounts" "postDeviceCommands" "postMountCommands" "preLVMCommands" ];
      PATH = "${pkgs.coreutils}/bin:${pkgs.cpio}/bin:${pkgs.findutils}/bin:${pkgs.zstd}/bin:${pkgs.gzip}/bin";
    }
    ''
      mkdir -p root/bin root/etc/hooks root/proc root/sys root/dev root/run root/mnt-root $out
      cp ${pkgs.busybox-static}/bin/busybox root/bin/busybox
      ln -s busybox root/bin/sh
      cp $script root/init
      cp -r ${modulesClosure}/lib root/lib
      cp "$mountsPath" root/etc/mounts
      echo "$modules" > root/etc/modules
      cp "$preLVMCommandsPath" root/etc/hooks/before-devices
      cp "$postDeviceCommandsPath" root/etc/hooks/after-devices
      cp "$postMountCommandsPath" root/etc/hooks/after-mounts
      chmod -R u+w root
      chmod +x root/init
      find root -exec touch -h -d @1 {} +
      # The same bytes whoever builds it: neither inodes nor owners nor times of this machine.
      (cd root && find . -print0 | sort -z | cpio --quiet --null -o -H newc -R +0:+0 --reproducible) | ${cfg.compressor} > $out/initrd
    '';
in
{
  options.boot.initrd = {
    availableKernelModules = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "sata_nv" "ext3" ];
      description = "Modules that are in the first stage, and loaded if there is hardware for them.";
    };
    kernelModules = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Modules that the first stage loads in any case.";
    };
    compressor = mkOption {
      type = types.str;
      default = "zstd -19 -T1";
      example = "cat";
      description = "The command that compresses the archive.";
    };
    preLVMCommands = mkOption { type = types.lines; default = ""; description = "Shell commands before the devices are looked for."; };
    postDeviceCommands = mkOption { type = types.lines; default = ""; description = "Shell commands when the modules are loaded."; };
    postMountCommands = mkOption { type = types.lines; default = ""; description = "Shell commands when everything is mounted, at `$targetRoot`."; };
  };
  options.system.boot.loader.initrdFile = mkOption {
    internal = true;
    type = types.str;
    default = "initrd";
    description = "The archive's file in its package.";
  };

  config = {
    boot.initrd.availableKernelModules = [
      "virtio_pci" "virtio_mmio" "virtio_blk" "virtio_scsi" "sd_mod" "ahci" "nvme" "virtiofs" "ext4" "squashfs" "erofs" "overlay"
    ];
    system.build.initialRamdisk = initrd;
    system.build.bootStage1 = ./stage-1-init.sh;
    assertions = [
      {
        assertion = lib.any (fs: fs.enable && fs.mountPoint == "/") (builtins.attrValues config.fileSystems);
        message = "The `fileSystems' option does not specify your root file system.";
      }
    ];
  };
}
