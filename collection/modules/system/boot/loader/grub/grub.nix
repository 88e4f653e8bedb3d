# GRUB, on machines with a BIOS and with EFI. Its menu has every generation of the system, and their specialisations.
{ config, lib, pkgs, makeBootLoaderInstaller, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot.loader.grub;
  efi = config.boot.loader.efi;

  places =
    lib.optional (cfg.devices != [ ] || cfg.mirroredBoots == [ ]) { devices = lib.unique cfg.devices; path = "/boot"; inherit (efi) efiSysMountPoint; }
    ++ map (boot: { inherit (boot) path devices; efiSysMountPoint = if boot.efiSysMountPoint == null then boot.path else boot.efiSysMountPoint; }) cfg.mirroredBoots;
  allDevices = lib.concatMap (place: place.devices) places;
  hasBios = lib.any (device: device != "nodev") allDevices;

  mirroredBoot = types.submodule {
    options = {
      path = mkOption { type = types.str; example = "/boot1"; description = "Where the menu and the kernels are written to."; };
      devices = mkOption { type = types.listOf types.str; default = [ ]; example = [ "/dev/vda" ]; description = "The disks that GRUB is installed on."; };
      efiSysMountPoint = mkOption { type = types.nullOr types.str; default = null; description = "The EFI system partition; by default `path`."; };
    };
  };
in
{
  options.boot.loader.grub = {
    enable = mkOption { type = types.bool; default = false; description = "Whether GRUB boots the machine."; };
    device = mkOption {
      type = types.str;
      default = "";
      example = "/dev/disk/by-id/wwn-0x500001234567890a";
      description = "The disk that GRUB is installed on; `nodev` for none, when only the menu is to be written, or EFI starts it.";
    };
    devices = mkOption { type = types.listOf types.str; default = [ ]; example = [ "/dev/vda" "/dev/vdb" ]; description = "The disks that GRUB is installed on."; };
    mirroredBoots = mkOption {
      type = types.listOf mirroredBoot;
      default = [ ];
      example = [ { path = "/boot1"; devices = [ "/dev/vda" ]; } { path = "/boot2"; devices = [ "/dev/vdb" ]; } ];
      description = "Further places for the menu and the kernels, so that the machine starts when a disk is lost.";
    };
    efiSupport = mkOption { type = types.bool; default = false; description = "Whether GRUB is installed for EFI."; };
    efiInstallAsRemovable = mkOption {
      type = types.bool;
      default = false;
      description = "Whether it is installed where every EFI firmware looks, so that no variable of the firmware has to be changed.";
    };
    bootloaderId = mkOption { type = types.str; default = "NixOS-boot"; description = "GRUB's name in the firmware's menu."; };
    configurationLimit = mkOption { type = types.ints.unsigned; default = 100; description = "How many generations the menu has at most."; };
    copyKernels = mkOption {
      type = types.bool;
      default = false;
      description = "Whether kernels and initrds are copied to {file}`/boot` even if it is on the store's file system. They always are if it is not.";
    };
    default = mkOption {
      type = types.either types.int types.str;
      default = "0";
      apply = toString;
      description = "The entry that is started by itself: its number or title, or `saved` for the one that was chosen last.";
    };
    timeoutStyle = mkOption { type = types.enum [ "menu" "countdown" "hidden" ]; default = "menu"; description = "What is shown while the timeout lasts."; };
    splashImage = mkOption { type = types.enum [ null ]; default = null; description = "The menu has no picture behind it."; };
    entryOptions = mkOption { type = types.str; default = "--class nixos --unrestricted"; description = "Options of GRUB's `menuentry`."; };
    extraConfig = mkOption {
      type = types.lines;
      default = "";
      example = "serial --unit=0 --speed=115200\nterminal_input --append serial\nterminal_output --append serial";
      description = "Commands at the beginning of the menu.";
    };
    extraEntries = mkOption { type = types.lines; default = ""; description = "Further entries."; };
    extraEntriesBeforeNixOS = mkOption { type = types.bool; default = false; description = "Whether they come first."; };
    extraPerEntryConfig = mkOption { type = types.lines; default = ""; example = "root (hd0)"; description = "Commands in each entry of a system."; };
    extraGrubInstallArgs = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--modules=nativedisk ahci" ]; description = "Further arguments of `grub-install`."; };
    extraInstallCommands = mkOption { type = types.lines; default = ""; description = "Shell commands when the menu is written."; };
    forceInstall = mkOption { type = types.bool; default = false; description = "Whether GRUB is installed on a partition, or where it has little room, against its own advice."; };
    enableCryptodisk = mkOption { type = types.bool; default = false; description = "Whether GRUB opens LUKS volumes to reach {file}`/boot`; it asks for the passphrase."; };
  };

  config = {
    boot.loader.grub.devices = lib.mkIf (cfg.device != "") [ cfg.device ];

    system.build.installBootLoader = lib.mkIf cfg.enable (
      let
        program = makeBootLoaderInstaller {
          name = "install-grub";
          file = ./install-grub.pl;
          # GRUB asks mdadm what an array is made of.
          path = [ pkgs.grub2-common pkgs.grub-common pkgs.sed pkgs.grep ]
            ++ lib.optional cfg.efiSupport pkgs.efibootmgr
            ++ lib.optional config.boot.swraid.enable pkgs.mdadm;
          config = {
            inherit places;
            name = "NixOS";
            version = pkgs.grub2-common.version;
            bios = if hasBios then "${pkgs.grub-pc-bin}/lib/grub/i386-pc" else null;
            efi = if cfg.efiSupport then "${pkgs.grub-efi-amd64-bin}/lib/grub/x86_64-efi" else null;
            timeout = config.boot.loader.timeout;
            arguments = cfg.extraGrubInstallArgs;
            inherit (efi) canTouchEfiVariables;
            inherit (cfg)
              efiInstallAsRemovable bootloaderId configurationLimit copyKernels default timeoutStyle entryOptions extraConfig
              extraEntries extraEntriesBeforeNixOS extraPerEntryConfig forceInstall;
          };
        };
      in
      pkgs.writeShellScript "install-grub" ''
        set -e
        ${lib.optionalString cfg.enableCryptodisk "export GRUB_ENABLE_CRYPTODISK=y"}
        ${program} "$@"
        ${cfg.extraInstallCommands}
      ''
    );

    assertions = [
      {
        assertion = !cfg.enable || allDevices != [ ];
        message = "You must set the option ‘boot.loader.grub.devices’ or 'boot.loader.grub.mirroredBoots' to make the system bootable.";
      }
      {
        assertion = !cfg.enable || lib.length (lib.unique (map (place: place.path) places)) == lib.length places;
        message = "You have set the same path in several of boot.loader.grub.mirroredBoots.";
      }
      {
        assertion = !cfg.enable || lib.all (device: device == "nodev" || lib.hasPrefix "/" device) allDevices;
        message = "boot.loader.grub.devices are paths of disks, or `nodev': ${toString (builtins.filter (device: device != "nodev" && !lib.hasPrefix "/" device) allDevices)}";
      }
      {
        assertion = !(cfg.enable && cfg.efiInstallAsRemovable) || cfg.efiSupport;
        message = "If you wish to to use boot.loader.grub.efiInstallAsRemovable, then turn on boot.loader.grub.efiSupport";
      }
      {
        assertion = !(cfg.enable && cfg.efiInstallAsRemovable && efi.canTouchEfiVariables);
        message = "If you wish to to use boot.loader.grub.efiInstallAsRemovable, then turn off boot.loader.efi.canTouchEfiVariables";
      }
    ];
  };
}
