# The boot loader: which one the machine has. What it installs is the business of the programs that switch the system.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot.loader;
in
{
  options.boot.loader = {
    timeout = mkOption {
      type = types.nullOr types.int;
      default = 5;
      description = "Seconds until the default entry is taken; with `null` the menu waits for ever.";
    };
    efi.canTouchEfiVariables = mkOption { type = types.bool; default = false; description = "Whether the firmware's variables are changed."; };
    efi.efiSysMountPoint = mkOption { type = types.str; default = "/boot"; description = "Where the EFI system partition is mounted."; };
    grub.enable = mkOption { type = types.bool; default = false; description = "Whether GRUB boots the machine."; };
    grub.device = mkOption { type = types.str; default = ""; example = "/dev/sda"; description = "The disk that GRUB is installed on."; };
    grub.devices = mkOption { type = types.listOf types.str; default = [ ]; description = "The disks that GRUB is installed on."; };
    systemd-boot.enable = mkOption { type = types.bool; default = false; description = "Whether systemd-boot boots the machine, by EFI."; };
    systemd-boot.configurationLimit = mkOption { type = types.nullOr types.int; default = null; description = "How many generations the menu has at most."; };
    external.enable = mkOption { type = types.bool; default = false; description = "Whether something else boots the machine, that knows nothing of generations."; };
  };

  config = {
    boot.loader.grub.devices = lib.mkIf (cfg.grub.device != "") [ cfg.grub.device ];
    assertions = [
      {
        assertion = !cfg.grub.enable || cfg.grub.devices != [ ];
        message = "You must set the option ‘boot.loader.grub.devices’ or 'boot.loader.grub.mirroredBoots' to make the system bootable.";
      }
      {
        assertion = !(cfg.grub.enable && cfg.systemd-boot.enable);
        message = "Only one boot loader can boot a machine: boot.loader.grub.enable and boot.loader.systemd-boot.enable are both set.";
      }
    ];
  };
}
