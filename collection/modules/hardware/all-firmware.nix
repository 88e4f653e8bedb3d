# Firmware that may be handed on, and all that there is.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.hardware;
  # The archive has most of it in a component of its own, non-free-firmware, which a lock may lack.
  there = names: map (name: pkgs.${name}) (builtins.filter (name: pkgs ? ${name}) names);
in
{
  options.hardware = {
    enableAllFirmware = mkOption { type = types.bool; default = false; description = "Whether all firmware of the archive is there, whatever its licence."; };
    enableRedistributableFirmware = mkOption {
      type = types.bool;
      default = cfg.enableAllFirmware;
      defaultText = lib.literalExpression "config.hardware.enableAllFirmware";
      description = "Whether firmware that may be handed on is there: as much of it as the lock has packages of.";
    };
    wirelessRegulatoryDatabase = mkOption { type = types.bool; default = cfg.enableRedistributableFirmware; defaultText = lib.literalExpression "config.hardware.enableRedistributableFirmware"; description = "Whether the kernel knows which channels are allowed where."; };
  };

  config = {
    hardware.firmware = lib.mkMerge [
      (lib.mkIf (cfg.enableRedistributableFirmware || cfg.enableAllFirmware) (there [
        "firmware-linux-free" "firmware-amd-graphics" "firmware-atheros" "firmware-bnx2" "firmware-brcm80211" "firmware-intel-sound"
        "firmware-iwlwifi" "firmware-libertas" "firmware-misc-nonfree" "firmware-qlogic" "firmware-realtek" "firmware-sof-signed"
        "firmware-ath9k-htc"
      ]))
      (lib.mkIf cfg.enableAllFirmware (there [ "firmware-ipw2x00" "firmware-ivtv" "firmware-myricom" "firmware-netronome" "firmware-ti-connectivity" "firmware-zd1211" ]))
      (lib.mkIf cfg.wirelessRegulatoryDatabase [ pkgs.wireless-regdb ])
    ];
  };
}
