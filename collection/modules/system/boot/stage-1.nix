# The first stage of the boot: an archive that the kernel unpacks and starts, with busybox, the modules that reach the root
# file system, the programs that check it, and one script.
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

  # `mountpoint device type options check`, in the order of mounting; a field's spaces are escaped.
  escape = builtins.replaceStrings [ "\\" " " "\t" ] [ "\\\\" "\\0040" "\\0011" ];
  mounts = lib.concatMapStrings
    (fs: "${escape fs.mountPoint} ${escape fs.device} ${fs.fsType} ${escape (lib.concatStringsSep "," fs.options)} ${if isChecked fs then "1" else "0"}\n")
    fileSystems;
  fileSystems = config.system.build.bootFileSystems;
  isChecked = fs: !fs.noCheck && (cfg.checkJournalingFS || !builtins.elem fs.fsType [ "ext3" "ext4" "f2fs" ]);
  typesOf = what: lib.unique (map (fs: fs.fsType) (builtins.filter what fileSystems));
  isExt = lib.hasPrefix "ext";

  # What checks and grows the file systems of the boot. Other types check themselves when they are mounted.
  fileSystemPrograms = lib.concatMap
    (type:
      if isExt type then [ "${pkgs.e2fsprogs}/bin/e2fsck" ]
      else if type == "vfat" then [ "${pkgs.dosfstools}/bin/fsck.vfat" ]
      else if type == "f2fs" then [ "${pkgs.f2fs-tools}/bin/fsck.f2fs" ]
      else [ ])
    (typesOf (fs: isChecked fs || fs.autoResize))
  ++ lib.concatMap
    (type: if isExt type then [ "${pkgs.e2fsprogs}/bin/resize2fs" ] else [ "${pkgs.f2fs-tools}/bin/resize.f2fs" ])
    (typesOf (fs: fs.autoResize))
  # Busybox finds no partitions by their names.
  ++ lib.optional (lib.any (fs: lib.hasInfix "part" (baseNameOf (dirOf fs.device))) fileSystems) "${pkgs.util-linux}/bin/findfs";

  # Programs of the collection, and the libraries that they are linked to, in one folder.
  extraUtils = pkgs.runCommand "initrd-programs"
    {
      programs = lib.unique fileSystemPrograms;
      inherit (cfg) extraUtilsCommands extraUtilsCommandsTest;
      passAsFile = [ "extraUtilsCommands" "extraUtilsCommandsTest" ];
      PATH = "${pkgs.coreutils}/bin:${pkgs.sed}/bin:${pkgs.findutils}/bin:${pkgs.patchelf}/bin";
      loaderLibraries = "${pkgs.libgcc-s1}/lib/x86_64-linux-gnu";
    }
    ''
      mkdir -p $out/bin $out/lib
      copyLibraries() {
        loader=$(patchelf --print-interpreter "$1")
        # One that is opened by name when a thread ends.
        cp -nL "$loaderLibraries/libgcc_s.so.1" $out/lib/
        mkdir -p "$out$(dirname "$loader")"
        cp -nL "$loader" "$out$loader"
        "$loader" --list "$1" | sed -n 's|.* => \(/[^ ]*\) .*|\1|p' | while read -r library; do cp -nL "$library" $out/lib/; done
      }
      # copy_bin_and_libs FILE [NAME]
      copy_bin_and_libs() {
        cp -pL "$1" "$out/bin/''${2:-''${1##*/}}"
        copyLibraries "$1"
      }
      for program in $programs; do copy_bin_and_libs "$program"; done
      . "$extraUtilsCommandsPath"
      chmod -R u+w $out
      export LD_LIBRARY_PATH=$out/lib
      . "$extraUtilsCommandsTestPath"
    '';
  hasExtraUtils = fileSystemPrograms != [ ] || cfg.extraUtilsCommands != "";

  hooks = {
    before-devices = cfg.preDeviceCommands;
    before-lvm = cfg.preLVMCommands;
    after-devices = cfg.postDeviceCommands;
    after-mounts = cfg.postMountCommands;
    on-failure = cfg.preFailCommands;
  };

  initrd = pkgs.runCommand "initrd"
    ({
      inherit mounts;
      modules = toString cfg.kernelModules;
      script = ./stage-1-init.sh;
      passAsFile = [ "mounts" ] ++ map hookVariable (builtins.attrNames hooks);
      PATH = "${pkgs.coreutils}/bin:${pkgs.cpio}/bin:${pkgs.findutils}/bin:${pkgs.zstd}/bin:${pkgs.gzip}/bin";
    } // lib.mapAttrs' (name: lib.nameValuePair (hookVariable name)) hooks)
    (''
      mkdir -p root/bin root/etc/hooks root/proc root/sys root/dev root/run root/lib root/mnt-root $out
    ''
    + lib.optionalString hasExtraUtils ''
      cp -r ${extraUtils}/. root/
      chmod -R u+w root
    ''
    + ''
      cp ${pkgs.busybox-static}/bin/busybox root/bin/busybox
      ln -sf busybox root/bin/sh
      cp $script root/init
      cp -r ${modulesClosure}/lib/. root/lib/
      cp "$mountsPath" root/etc/mounts
      echo "$modules" > root/etc/modules
    ''
    + lib.concatMapStrings (name: "cp \"\$${hookVariable name}Path\" root/etc/hooks/${name}\n") (builtins.attrNames hooks)
    + ''
      chmod -R u+w root
      chmod +x root/init
      find root -exec touch -h -d @1 {} +
      # The same bytes whoever builds it: neither inodes nor owners nor times of this machine.
      cat ${toString cfg.prepend} < /dev/null > $out/initrd
      (cd root && find . -print0 | sort -z | cpio --quiet --null -o -H newc -R +0:+0 --reproducible) | ${cfg.compressor} >> $out/initrd
    '');
  hookVariable = builtins.replaceStrings [ "-" ] [ "_" ];

  hook = moment: mkOption { type = types.lines; default = ""; description = "Shell commands of the first stage, ${moment}."; };
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
    prepend = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Archives in front of the first stage's own, which the kernel reads one after the other.";
    };
    checkJournalingFS = mkOption {
      type = types.bool;
      default = true;
      description = "Whether file systems with a journal are checked before they are mounted.";
    };
    preDeviceCommands = hook "before the devices are looked for";
    preLVMCommands = hook "when the modules are loaded, and before logical volumes are looked for";
    postDeviceCommands = hook "when all devices are there";
    postMountCommands = hook "when everything is mounted, at `$targetRoot`";
    preFailCommands = hook "before a failure is shown";
    extraUtilsCommands = mkOption {
      internal = true;
      type = types.lines;
      default = "";
      example = "copy_bin_and_libs \${pkgs.mdadm}/bin/mdadm";
      description = "Shell commands that put programs into {file}`$out/bin`, which becomes {file}`/bin` of the first stage.";
    };
    extraUtilsCommandsTest = mkOption {
      internal = true;
      type = types.lines;
      default = "";
      example = "$out/bin/mdadm --version";
      description = "Shell commands that try these programs, with nothing but the libraries that go with them.";
    };
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
    ] ++ lib.concatMap
      (type: if type == "vfat" then [ "vfat" "nls_cp437" "nls_iso8859-1" "nls_ascii" ] else [ type ])
      (builtins.filter (type: !builtins.elem type [ "auto" "none" "bind" "tmpfs" ]) (typesOf (_: true)));
    system.build.initialRamdisk = initrd;
    system.build.bootStage1 = ./stage-1-init.sh;
    assertions = [
      {
        assertion = config.boot.isContainer or false || lib.any (fs: fs.enable && fs.mountPoint == "/") (builtins.attrValues config.fileSystems);
        message = "The `fileSystems' option does not specify your root file system.";
      }
    ];
  };
}
