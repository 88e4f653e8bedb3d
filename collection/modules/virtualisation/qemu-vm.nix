# The system as a virtual machine of QEMU: the store is a read-only image of the closure, everything else is on a disk that is
# empty when the machine first starts. `system.build.vm` says what to start, for Firn's driver; vm-runner.nix adds the program that
# starts it by hand.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.virtualisation;
  toplevel = config.system.build.toplevel;
  closure = pkgs.closureInfo { roots = [ toplevel ] ++ cfg.additionalPaths; };

  # Not compressed: the emulated processor is slower than the disk.
  storeImage = pkgs.runCommand "nix-store-image"
    {
      PATH = "${pkgs.coreutils}/bin:${pkgs.squashfs-tools}/bin";
    } ''
    mkdir nix-state
    ${lib.optionalString config.nix.enable "cp -r ${pkgs.storeDatabase closure} nix-state/db"}
    mksquashfs nix-state $(cat ${closure}/store-paths) $out \
      -no-progress -quiet -no-hardlinks -keep-as-directory -all-root -all-time 1 -mkfs-time 1 -b 131072 -noI -noD -noF -noX -no-exports -processors 1
  '';

  emptyDisk = pkgs.runCommand "empty-disk" { PATH = "${pkgs.coreutils}/bin:${pkgs.e2fsprogs}/bin"; } ''
    mkdir root
    truncate -s ${toString cfg.diskSize}M disk
    mke2fs -q -t ext4 -L nixos -U 6f8b2c4e-0d1a-4c53-9e77-4b6f69726e00 -E hash_seed=6f8b2c4e-0d1a-4c53-9e77-4b6f69726e01,lazy_itable_init=1,lazy_journal_init=1 -d root disk
    cp --sparse=always disk $out
  '';

  byte = number: lib.fixedWidthString 2 "0" (lib.toLower (lib.toHexString number));
in
{
  options.virtualisation = {
    memorySize = mkOption { type = types.ints.positive; default = 1024; description = "Memory, in mebibytes."; };
    cores = mkOption { type = types.ints.positive; default = 2; description = "Processors."; };
    diskSize = mkOption { type = types.ints.positive; default = 1024; description = "The size of the root disk, in mebibytes."; };
    additionalPaths = mkOption { type = types.listOf types.pathInStore; default = [ ]; description = "Store objects beside the system's closure."; };
    vlans = mkOption {
      type = types.listOf (types.ints.between 1 255);
      default = [ ];
      example = [ 1 2 ];
      description = "The networks between machines that this one is on, by number: its interfaces {file}`eth1` and on. {file}`eth0` leads to the host.";
    };
    test.nodeName = mkOption { type = types.str; internal = true; default = "machine"; description = "The machine's name in a test."; };
    test.nodeNumber = mkOption { type = types.ints.between 1 254; internal = true; default = 1; description = "The machine's number in a test, the last part of its addresses."; };
    qemu.emulatedProcessor = mkOption {
      type = types.str;
      # Without what helps AES: the kernel makes some twenty algorithms of it at each start, and looks for a module by a process for each.
      default = "${import ./emulated-processor.nix},-aes,-pclmulqdq";
      defaultText = lib.literalMD "all that QEMU can emulate and that does not only cost time";
      description = "The processor, as QEMU's {option}`-cpu` names it, where the host lends none.";
    };
    qemu.options = mkOption { type = types.listOf types.str; default = [ ]; example = [ "-device" "usb-tablet" ]; description = "Further arguments of QEMU."; };
  };

  config = {
    fileSystems = lib.mkVMOverride {
      "/" = { device = "/dev/vda"; fsType = "ext4"; noCheck = true; };
      "/nix/.ro-store" = { device = "/dev/vdb"; fsType = "squashfs"; options = [ "ro" ]; neededForBoot = true; };
      "/nix/store" = {
        device = "overlay";
        fsType = "overlay";
        options = [ "lowerdir=/nix/.ro-store" "upperdir=/nix/.rw-store/store" "workdir=/nix/.rw-store/work" ];
        depends = [ "/nix/.ro-store" ];
      };
    };
    swapDevices = lib.mkVMOverride [ ];
    # The kernel is handed to the machine, so what a boot loader would choose is the program that it starts.
    boot.loader = lib.mkVMOverride {
      grub.enable = false;
      systemd-boot.enable = false;
      timeout = 0;
      external.enable = true;
      external.installHook = pkgs.writeShellScript "choose-system" ''
        export PATH=${pkgs.coreutils}/bin
        mkdir -p /sbin
        ln -sfn "$1/init" /sbin/init.new
        mv -fT /sbin/init.new /sbin/init
        sync -f /sbin
      '';
    };
    boot.initrd.postMountCommands = lib.mkAfter ''
      if [ -L $targetRoot/sbin/init ]; then init=/sbin/init; fi
    '';
    # The processor's clock is the host's.
    services.timesyncd.enable = lib.mkVMOverride false;
    networking.usePredictableInterfaceNames = lib.mkVMOverride false;
    boot.initrd.availableKernelModules = [ "virtio_pci" "virtio_blk" "squashfs" "overlay" "virtio_console" "virtio_net" ];
    boot.initrd.kernelModules = [ "virtio_pci" "virtio_blk" "squashfs" "overlay" ];
    boot.initrd.compressor = lib.mkVMOverride "cat";
    boot.kernelParams = [ "console=ttyS0" "panic=-1" ];

    # What the machine's package manager knows of its store when it first starts, and the generation that it starts with.
    boot.postBootCommands = lib.mkIf config.nix.enable ''
      if [ ! -e /nix/var/nix/db/db.sqlite ]; then
        mkdir -p /nix/var/nix/db /nix/var/nix/profiles
        cp /nix/.ro-store/nix-state/db/schema /nix/var/nix/db/schema
        cp /nix/.ro-store/nix-state/db/db.sqlite /nix/var/nix/db/.db.sqlite
        chmod 644 /nix/var/nix/db/schema /nix/var/nix/db/.db.sqlite
        ln -sfn "$systemConfig" /nix/var/nix/profiles/system-1-link
        ln -sfn system-1-link /nix/var/nix/profiles/system
        sync -f /nix/var/nix/db
        mv /nix/var/nix/db/.db.sqlite /nix/var/nix/db/db.sqlite
      fi
    '';

    system.build = { inherit storeImage emptyDisk; };
    system.build.vm = pkgs.runCommand "nixos-vm" {
      machine = builtins.toJSON {
        name = config.networking.hostName;
        kernel = "${toplevel}/kernel";
        initrd = "${toplevel}/initrd";
        parameters = "${toString config.boot.kernelParams} init=${toplevel}/init";
        system = "${toplevel}";
        store = "${storeImage}";
        disk = "${emptyDisk}";
        memory = cfg.memorySize;
        inherit (cfg) cores;
        processor = cfg.qemu.emulatedProcessor;
        vlans = map (vlan: { inherit vlan; mac = "52:54:00:12:${byte vlan}:${byte cfg.test.nodeNumber}"; }) cfg.vlans;
        options = cfg.qemu.options;
      };
    } ''
      mkdir -p $out
      ln -s ${toplevel} $out/system
      ${lib.optionalString (config.system.build ? vmRunner) "ln -s ${config.system.build.vmRunner}/bin $out/bin"}
      echo "$machine" > $out/machine.json
    '';
  };
}
