# Bluetooth, by the programs of BlueZ.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.hardware.bluetooth;
  ini = pkgs.formats.ini { };
in
{
  options.hardware.bluetooth = {
    enable = mkOption { type = types.bool; default = false; description = "Whether Bluetooth works."; };
    hsphfpd.enable = mkOption { type = types.bool; default = false; internal = true; description = "Not there."; };
    powerOnBoot = mkOption { type = types.bool; default = true; description = "Whether adapters are on from the start."; };
    package = mkOption { type = types.package; default = pkgs.bluez; defaultText = lib.literalExpression "pkgs.bluez"; description = "The package of BlueZ."; };
    disabledPlugins = mkOption { type = types.listOf types.str; default = [ ]; description = "Plugins that are not loaded."; };
    settings = mkOption { inherit (ini) type; default = { }; example = { General.ControllerMode = "bredr"; }; description = "Settings, as {file}`/etc/bluetooth/main.conf` has them."; };
    input = mkOption { inherit (ini) type; default = { }; description = "Settings of input devices."; };
    network = mkOption { inherit (ini) type; default = { }; description = "Settings of networks."; };
  };

  config = lib.mkIf cfg.enable {
    hardware.bluetooth.settings.Policy.AutoEnable = lib.mkDefault cfg.powerOnBoot;
    environment.systemPackages = [ cfg.package ];
    environment.etc = {
      "bluetooth/main.conf".source = ini.generate "main.conf" cfg.settings;
      "bluetooth/input.conf".source = ini.generate "input.conf" cfg.input;
      "bluetooth/network.conf".source = ini.generate "network.conf" cfg.network;
    };
    services.udev.packages = [ cfg.package ];
    services.dbus.packages = [ cfg.package ];
    systemd.services.bluetooth = {
      description = "Bluetooth";
      wantedBy = [ "bluetooth.target" ];
      aliases = [ "dbus-org.bluez.service" ];
      restartTriggers = [ config.environment.etc."bluetooth/main.conf".source ];
      unitConfig.ConditionPathIsDirectory = "/sys/class/bluetooth";
      serviceConfig = {
        Type = "dbus";
        BusName = "org.bluez";
        ExecStart = "${cfg.package}/libexec/bluetooth/bluetoothd -f /etc/bluetooth/main.conf"
          + lib.optionalString (cfg.disabledPlugins != [ ]) " --noplugin=${lib.concatStringsSep "," cfg.disabledPlugins}";
        NotifyAccess = "main";
        StateDirectory = "bluetooth";
        ConfigurationDirectory = "bluetooth";
        CapabilityBoundingSet = [ "CAP_NET_ADMIN" "CAP_NET_BIND_SERVICE" ];
        ProtectHome = true;
        ProtectSystem = "full";
      };
    };
  };
}
