# What boot loaders know of the EFI firmware.
{ lib, ... }:

let
  inherit (lib) mkOption types;
in
{
  options.boot.loader.efi = {
    canTouchEfiVariables = mkOption { type = types.bool; default = false; description = "Whether the firmware's variables are changed."; };
    efiSysMountPoint = mkOption { type = types.str; default = "/boot"; description = "Where the EFI system partition is mounted."; };
  };
}
