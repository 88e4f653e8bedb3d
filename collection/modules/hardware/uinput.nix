# Input devices that programs make.
{ config, lib, ... }:

{
  options.hardware.uinput.enable = lib.mkOption {
    type = lib.types.bool;
    default = false;
    description = "Whether users of the group `uinput` may make input devices.";
  };

  config = lib.mkIf config.hardware.uinput.enable {
    boot.kernelModules = [ "uinput" ];
    users.groups.uinput = { };
    services.udev.extraRules = ''
      SUBSYSTEM=="misc", KERNEL=="uinput", MODE="0660", GROUP="uinput", OPTIONS+="static_node=uinput"
    '';
  };
}
