# systemd-boot: a menu for machines with EFI, with an entry for every generation of the system and each of its specialisations.
{ config, lib, pkgs, makeBootLoaderInstaller, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot.loader.systemd-boot;
  efi = config.boot.loader.efi;
in
{
  options.boot.loader.systemd-boot = {
    enable = mkOption { type = types.bool; default = false; description = "Whether systemd-boot boots the machine, by EFI."; };
    configurationLimit = mkOption {
      type = types.nullOr types.ints.positive;
      default = null;
      example = 120;
      description = "How many generations the menu has at most. The EFI system partition must have room for their kernels.";
    };
    editor = mkOption { type = types.bool; default = true; description = "Whether the kernel's command line can be changed in the menu; whoever can is root."; };
    consoleMode = mkOption { type = types.enum [ "0" "1" "2" "5" "auto" "max" "keep" ]; default = "keep"; description = "The resolution of the menu."; };
    sortKey = mkOption { type = types.str; default = "nixos"; description = "Where the entries stand among those of other systems."; };
    graceful = mkOption { type = types.bool; default = false; description = "Whether it goes on when the firmware's variables cannot be changed."; };
    extraInstallCommands = mkOption { type = types.lines; default = ""; description = "Shell commands when the menu is written."; };
    extraConfig = mkOption { type = types.lines; default = ""; description = "Further lines of {file}`loader.conf`."; };
    bootCounting = {
      enable = mkOption {
        type = types.bool;
        default = false;
        description = ''
          Whether an entry that is new has a number of tries, after which the menu begins with another: an entry is good when the
          boot has got to `boot-complete.target`.
        '';
      };
      tries = mkOption { type = types.ints.positive; default = 3; description = "How often a new entry is tried."; };
    };
  };

  config = lib.mkIf cfg.enable {
    system.build.installBootLoader =
      let
        program = makeBootLoaderInstaller {
          name = "install-systemd-boot";
          file = ./install-systemd-boot.pl;
          path = lib.optional efi.canTouchEfiVariables pkgs.efibootmgr;
          config = {
            program = "${pkgs.systemd-boot-efi}/lib/systemd/boot/efi/systemd-bootx64.efi";
            timeout = if config.boot.loader.timeout == null then "menu-force" else toString config.boot.loader.timeout;
            bootCounting = cfg.bootCounting.enable;
            inherit (cfg.bootCounting) tries;
            inherit (efi) efiSysMountPoint canTouchEfiVariables;
            inherit (cfg) configurationLimit editor consoleMode sortKey graceful extraConfig;
          };
        };
      in
      pkgs.writeShellScript "install-systemd-boot" ''
        set -e
        ${program} "$@"
        ${cfg.extraInstallCommands}
      '';
    # Entries that are being tried have a count in their file's name; a boot that got here takes it away.
    systemd.targets.boot-complete = lib.mkIf cfg.bootCounting.enable { description = "Boot Completion Check"; };
    systemd.services.systemd-bless-boot = lib.mkIf cfg.bootCounting.enable {
      description = "Mark the Current Boot Loader Entry as Good";
      wantedBy = [ "multi-user.target" ];
      requires = [ "boot-complete.target" ];
      after = [ "local-fs.target" "boot-complete.target" ];
      restartIfChanged = false;
      unitConfig.ConditionPathExists = "/sys/firmware/efi/efivars/LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
        ExecStart = "${pkgs.systemd-boot}/lib/systemd/systemd-bless-boot good";
      };
    };
    boot.initrd.availableKernelModules = [ "vfat" "nls_cp437" "nls_iso8859-1" "nls_ascii" ];
  };
}
