# A system as the root file system of a container, packed: what starts it has a kernel, and calls /sbin/init.
{ config, lib, pkgs, ... }:

let
  toplevel = config.system.build.toplevel;
  closure = pkgs.closureInfo { roots = [ toplevel ]; };
in
{
  boot.isContainer = true;
  fileSystems = lib.mkImageMediaOverride { };
  swapDevices = lib.mkImageMediaOverride [ ];
  boot.initrd.luks.devices = lib.mkImageMediaOverride { };
  boot.swraid.enable = lib.mkImageMediaOverride false;
  boot.loader.grub.enable = lib.mkImageMediaOverride false;
  boot.loader.systemd-boot.enable = lib.mkImageMediaOverride false;

  image.extension = "tar.xz";
  image.filePath = "tarball/${config.image.fileName}";
  system.build.tarball = config.system.build.image;
  system.build.image = pkgs.runCommand config.image.baseName { PATH = lib.makeBinPath (with pkgs; [ coreutils tar xz-utils findutils sed ]); } ''
    mkdir -p root/{sbin,etc,proc,sys,dev,run,tmp,nix/store,nix/var/nix/profiles,nix/var/nix/gcroots} $out/tarball
    chmod 1777 root/tmp
    ln -s ${toplevel}/init root/sbin/init
    ln -s ${toplevel} root/nix/var/nix/profiles/system-1-link
    ln -s system-1-link root/nix/var/nix/profiles/system
    touch root/etc/NIXOS
    ${lib.optionalString config.nix.enable ''
      # What the container's package manager knows of its store.
      mkdir root/nix/var/nix/db
      install -m 644 ${pkgs.storeDatabase closure}/* root/nix/var/nix/db/
    ''}
    { (cd root; find . -mindepth 1 | sort | sed 's|^\./||'); } > own
    sed 's|^/||' ${closure}/store-paths > store
    tar --create --mtime=@1 --sort=name --owner=0 --group=0 --numeric-owner --no-recursion -C $PWD/root -T own --recursion -C / -T store \
      | xz -1 --threads=1 > $out/tarball/${config.image.fileName}
  '';
}
