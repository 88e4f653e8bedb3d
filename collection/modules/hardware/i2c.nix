# The bus that screens and sensors are asked by.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.hardware.i2c;
in
{
  options.hardware.i2c = {
    enable = mkOption { type = types.bool; default = false; description = "Whether users of a group may use the bus."; };
    group = mkOption { type = types.str; default = "i2c"; description = "The group."; };
  };

  config = lib.mkIf cfg.enable {
    boot.kernelModules = [ "i2c-dev" ];
    users.groups = lib.mkIf (cfg.group == "i2c") { i2c = { }; };
    services.udev.extraRules = ''
      ACTION=="add", KERNEL=="i2c-[0-9]*", GROUP="${cfg.group}", MODE="660"
    '';
  };
}
