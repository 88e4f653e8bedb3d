# The image of a disk from which a system boots: a partition for the boot loader, and the root file system with the system's closure
# as its first generation. It is put together without a machine and without root. GRUB starts it from a BIOS, systemd-boot from EFI.
{ config, lib, pkgs }:

let
  toplevel = config.system.build.toplevel;
  closure = pkgs.closureInfo { roots = [ toplevel ]; };
  cfg = config.image;
  isEfi = cfg.efiSupport;
  grub = "${pkgs.grub-pc-bin}/lib/grub/i386-pc";
  format = {
    raw = "mv disk.raw";
    qcow2 = "${pkgs.qemu-utils}/bin/qemu-img convert -f raw -O qcow2 -c disk.raw";
  };
in
pkgs.runCommand cfg.baseName
{
  # mtools writes names in a code page.
  GCONV_PATH = "${pkgs.libc6}/lib/x86_64-linux-gnu/gconv";
  PATH = lib.makeBinPath (with pkgs; [ coreutils e2fsprogs fakeroot fdisk util-linux findutils sed grep mtools dosfstools grub-common perl ]);
} ''
  # The same system has the same image, and another system another one's ids.
  digest=$(echo -n ${toplevel} | sha256sum)
  uuid() { echo "''${digest:$1:8}-''${digest:$1+8:4}-4''${digest:$1+13:3}-8''${digest:$1+17:3}-''${digest:$1+20:12}"; }
  root=$(uuid 0)
  serial=''${digest:40:8}
  export FIRN_BOOT_ROOT=$PWD/root FIRN_BOOT_UUID=$root

  mkdir -p root/{nix/store,nix/var/nix/profiles,nix/var/nix/gcroots,etc,boot,tmp}
  xargs cp -a --reflink=auto -t root/nix/store < ${closure}/store-paths
  ${lib.optionalString config.nix.enable ''
    # What the machine's package manager knows of its store.
    mkdir root/nix/var/nix/db
    install -m 644 ${pkgs.storeDatabase closure}/* root/nix/var/nix/db/
  ''}
  ln -s ${toplevel} root/nix/var/nix/profiles/system-1-link
  ln -s system-1-link root/nix/var/nix/profiles/system
  touch root/etc/NIXOS
  find root -path root/nix/store -prune -o -exec touch -h -d @1 {} +
  ${config.system.build.installBootLoader} ${toplevel}

  ${if isEfi then ''
    mv root/boot esp
    mkdir root/boot
    rm -f root/etc/machine-id
    sed -i '/^machine-id /d' esp/loader/entries/*.conf
    truncate -s ${toString cfg.espSize}M esp.img
    mkfs.vfat -F 32 -n ESP -i "$serial" --invariant esp.img > log
    find esp -exec touch -h -d @315532800 {} +
    mcopy -m -s -i esp.img esp/* ::
    first=${toString cfg.espSize}
  '' else ''
    mkdir -p root/boot/grub/i386-pc
    cp ${grub}/*.mod ${grub}/*.lst root/boot/grub/i386-pc/
    printf 'search.fs_uuid %s root\nset prefix=($root)/boot/grub\n' "$root" > early.cfg
    grub-mkimage -O i386-pc -d ${grub} -c early.cfg -p /boot/grub -o core.img biosdisk part_gpt ext2 search_fs_uuid
    first=1
  ''}

  ${if cfg.diskSize == "auto" then ''
    # Of the file system's own it needs some for each file, and room to be used.
    size=$(( ($(du -s --block-size=1M root | cut -f 1) + $(find root | wc -l) / 2048) * 106 / 100 + ${toString cfg.additionalSpace} ))
  '' else ''
    size=$(( ${toString cfg.diskSize} - first - 2 ))
  ''}
  find root -path root/nix/store -prune -o -exec touch -h -d @1 {} +
  truncate -s $(( size + first + 2 ))M disk.raw
  sfdisk --quiet disk.raw <<END
  label: gpt
  label-id: $(uuid 24)
  start=1MiB, size=''${first}MiB, type=${if isEfi then "uefi" else "21686148-6449-6E6F-744E-656564454649"}, uuid=$(uuid 28), name="${if isEfi then "ESP" else "bios"}"
  start=$(( first + 1 ))MiB, size=''${size}MiB, type=linux, uuid=$(uuid 32), name="nixos"
  END
  fakeroot -f ${pkgs.fakeroot}/bin/faked-sysv -l ${pkgs.libfakeroot}/lib/x86_64-linux-gnu/libfakeroot/libfakeroot-sysv.so \
    mke2fs -q -t ext4 -L nixos -U "$root" -O ^metadata_csum_seed,^orphan_file \
    -E offset=$(( (first + 1) << 20 )),hash_seed=$(uuid 16),lazy_itable_init=1,lazy_journal_init=1 -d root disk.raw ''${size}M
  ${if isEfi then "dd if=esp.img of=disk.raw bs=1M seek=1 conv=notrunc,sparse status=none"
    else "perl ${./embed-grub.pl} disk.raw ${grub}/boot.img core.img 2048"}

  mkdir -p $out
  ${format.${cfg.format}} $out/${cfg.fileName}
''
