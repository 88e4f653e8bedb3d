# Images of the system, by kind: each is the same configuration with a module that says how it becomes an image.
{ config, lib, pkgs, extendModules ? null, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.image;
in
{
  options.image = {
    modules = mkOption {
      type = types.attrsOf types.deferredModule;
      default = { };
      description = "The kinds of images, each a module that the system is extended with. It sets `system.build.image`.";
    };
    baseName = mkOption { type = types.str; default = "nixos-image-${config.system.nixos.label}-x86_64-linux"; description = "The image's name without its ending."; };
    extension = mkOption { type = types.str; default = "img"; description = "Its ending."; };
    fileName = mkOption { type = types.str; default = "${cfg.baseName}.${cfg.extension}"; description = "The name of the image's file."; };
    filePath = mkOption { type = types.str; default = cfg.fileName; description = "The image's file in what is built."; };
    format = mkOption { type = types.enum [ "raw" "qcow2" ]; default = "raw"; description = "The format of a disk's image."; };
    efiSupport = mkOption { type = types.bool; default = false; description = "Whether a disk's image starts from EFI, instead of from a BIOS."; };
    espSize = mkOption { type = types.ints.positive; default = 256; description = "The size of its EFI system partition, in mebibytes."; };
    diskSize = mkOption { type = types.either (types.enum [ "auto" ]) types.ints.positive; default = "auto"; description = "A disk's size, in mebibytes."; };
    additionalSpace = mkOption { type = types.ints.unsigned; default = 512; description = "How much is free on it when the size is `auto`, in mebibytes."; };
  };

  config = {
    image.modules = {
      raw.imports = [ ./disk-image.nix ];
      raw-efi = { imports = [ ./disk-image.nix ]; image.efiSupport = true; };
      iso.imports = [ ../installer/cd-dvd/iso-image.nix ];
      iso-installer.imports = [ ../installer/cd-dvd/installation-cd-minimal.nix ];
      lxc.imports = [ ./container-tarball.nix ];
      qemu = { imports = [ ./disk-image.nix ]; image.format = "qcow2"; };
      qemu-efi = { imports = [ ./disk-image.nix ]; image.format = "qcow2"; image.efiSupport = true; };
    };
    system.build.images = builtins.mapAttrs
      (_: module: (extendModules { modules = [ module ]; }).config.system.build.image)
      cfg.modules;
  };
}
