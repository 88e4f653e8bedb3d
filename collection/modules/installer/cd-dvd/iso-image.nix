# The system on a disc, or on a stick that the disc's image was written to: it starts from a BIOS and from EFI, the store is read
# from it, and what is written is in memory.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkImageMediaOverride mkOption types;
  cfg = config.isoImage;
  toplevel = config.system.build.toplevel;
  closure = pkgs.closureInfo { roots = [ toplevel ] ++ cfg.storeContents; };
  bios = "${pkgs.grub-pc-bin}/lib/grub/i386-pc";
  efi = "${pkgs.grub-efi-amd64-bin}/lib/grub/x86_64-efi";
  modules = "iso9660 part_gpt part_msdos search search_label normal configfile linux test echo serial terminfo terminal minicmd";

  menu = pkgs.writeText "grub.cfg" ''
    set default=0
    set timeout=${toString (if config.boot.loader.timeout == null then -1 else config.boot.loader.timeout)}
    ${cfg.extraMenuConfig}
    ${entry "${cfg.title} ${config.system.nixos.label}" toplevel config}
    ${lib.concatStrings (lib.mapAttrsToList
      (name: child: let c = child.configuration; in entry "${cfg.title} ${config.system.nixos.label} (${name})" c.system.build.toplevel c)
      config.specialisation)}
  '';
  entry = title: system: c: ''
    menuentry "${title}" --class installer {
      linux /boot/${kernelOf c} init=${system}/init ${toString c.boot.kernelParams}
      initrd /boot/${initrdOf c}
    }
  '';
  # A variant may have another kernel and initrd.
  named = path: lib.substring 11 (-1) (builtins.unsafeDiscardStringContext "${path}");
  kernelOf = c: "${named c.system.build.kernel}-${c.system.boot.loader.kernelFile}";
  initrdOf = c: "${named c.system.build.initialRamdisk}-${c.system.boot.loader.initrdFile}";
  copyBoot = c: ''
    cp -n ${c.system.build.kernel}/${c.system.boot.loader.kernelFile} iso/boot/${kernelOf c}
    cp -n ${c.system.build.initialRamdisk}/${c.system.boot.loader.initrdFile} iso/boot/${initrdOf c}
  '';
in
{
  options.isoImage = {
    volumeID = mkOption { type = types.strMatching "[A-Z0-9_.-]{1,32}"; default = "NIXOS-${lib.toUpper config.system.nixos.release}"; description = "The disc's label, by which the system finds it."; };
    title = mkOption { type = types.str; default = "NixOS"; description = "The system's name in the menu."; };
    storeContents = mkOption { type = types.listOf types.pathInStore; default = [ ]; description = "Store objects that are on the disc beside the system's closure."; };
    squashfsCompression = mkOption { type = types.str; default = "zstd -Xcompression-level 9"; description = "How the store is compressed."; };
    extraMenuConfig = mkOption { type = types.lines; default = ""; description = "Commands at the beginning of GRUB's menu."; };
  };

  config = {
    image.extension = "iso";
    fileSystems = mkImageMediaOverride {
      "/" = { device = "tmpfs"; fsType = "tmpfs"; options = [ "mode=0755" ]; };
      "/iso" = { device = "/dev/disk/by-label/${cfg.volumeID}"; fsType = "iso9660"; options = [ "ro" ]; neededForBoot = true; noCheck = true; };
      "/nix/.ro-store" = { device = "/iso/nix-store.squashfs"; fsType = "squashfs"; options = [ "loop" "ro" ]; neededForBoot = true; depends = [ "/iso" ]; };
      "/nix/.rw-store" = { device = "tmpfs"; fsType = "tmpfs"; options = [ "mode=0755" ]; neededForBoot = true; };
      "/nix/store" = {
        device = "overlay";
        fsType = "overlay";
        options = [ "lowerdir=/nix/.ro-store" "upperdir=/nix/.rw-store/store" "workdir=/nix/.rw-store/work" ];
        depends = [ "/nix/.ro-store" "/nix/.rw-store" ];
      };
    };
    swapDevices = mkImageMediaOverride [ ];
    boot.initrd.luks.devices = mkImageMediaOverride { };
    boot.swraid.enable = mkImageMediaOverride false;
    boot.loader.grub.enable = mkImageMediaOverride false;
    boot.loader.systemd-boot.enable = mkImageMediaOverride false;
    boot.loader.external.enable = mkImageMediaOverride true;
    boot.initrd.availableKernelModules = [
      "squashfs" "iso9660" "overlay" "loop" "sr_mod" "cdrom" "ata_piix" "ahci" "sd_mod" "uas" "usb_storage" "xhci_pci" "ehci_pci" "uhci_hcd"
    ];
    boot.initrd.kernelModules = [ "loop" "overlay" ];

    # What the package manager knows of the store on the disc.
    boot.postBootCommands = lib.mkIf config.nix.enable ''
      if [ ! -e /nix/var/nix/db/db.sqlite ]; then
        mkdir -p /nix/var/nix/db
        cp /iso/nix-database/* /nix/var/nix/db/
        chmod 644 /nix/var/nix/db/*
      fi
    '';

    system.build.isoImage = config.system.build.image;
    system.build.image = pkgs.runCommand config.image.baseName
      {
        PATH = lib.makeBinPath (with pkgs; [ coreutils squashfs-tools grub-common xorriso mtools dosfstools findutils ]);
        GCONV_PATH = "${pkgs.libc6}/lib/x86_64-linux-gnu/gconv";
        SOURCE_DATE_EPOCH = "1";
      } ''
      mkdir -p iso/boot/grub efi/EFI/BOOT $out/iso
      mksquashfs $(cat ${closure}/store-paths) iso/nix-store.squashfs \
        -no-progress -quiet -no-hardlinks -keep-as-directory -all-root -b 1048576 -comp ${cfg.squashfsCompression}
      ${lib.optionalString config.nix.enable "cp -r ${pkgs.storeDatabase closure} iso/nix-database"}
      cp ${menu} iso/boot/grub/grub.cfg
      ${lib.concatMapStrings copyBoot ([ config ] ++ lib.mapAttrsToList (_: child: child.configuration) config.specialisation)}

      printf 'search.fs_label %s root\nset prefix=($root)/boot/grub\n' ${cfg.volumeID} > early.cfg
      grub-mkimage -O i386-pc -d ${bios} -c early.cfg -p /boot/grub -o core.img biosdisk ${modules}
      cat ${bios}/cdboot.img core.img > iso/boot/grub/bios.img
      grub-mkimage -O x86_64-efi -d ${efi} -c early.cfg -p /boot/grub -o efi/EFI/BOOT/BOOTX64.EFI fat efi_gop efi_uga all_video ${modules}
      size=$(( ($(stat -c %s efi/EFI/BOOT/BOOTX64.EFI) / 1024 + 512) / 64 * 64 ))
      mkfs.vfat -C --invariant -i 4e49584f efi.img $size > log
      touch -d @315532800 efi/EFI efi/EFI/BOOT efi/EFI/BOOT/BOOTX64.EFI
      mcopy -m -s -i efi.img efi/EFI ::


      find iso -exec touch -h -d @1 {} +
      xorriso -as mkisofs -quiet -V ${cfg.volumeID} -r -o $out/iso/${config.image.fileName} \
        -b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info --grub2-mbr ${bios}/boot_hybrid.img \
        -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot -append_partition 2 0xef efi.img \
        iso
    '';
    image.filePath = "iso/${config.image.fileName}";
  };
}
