# Processors of Intel's kind are kept from getting too hot.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.thermald;
in
{
  options.services.thermald = {
    enable = mkOption { type = types.bool; default = false; description = "Whether they are."; };
    debug = mkOption { type = types.bool; default = false; description = "Whether it tells what it does."; };
    ignoreCpuidCheck = mkOption { type = types.bool; default = false; description = "Whether it runs on processors that it does not know."; };
    configFile = mkOption { type = types.nullOr types.path; default = null; description = "Its settings."; };
    package = mkOption { type = types.package; default = pkgs.thermald; defaultText = lib.literalExpression "pkgs.thermald"; description = "The package."; };
  };

  config = lib.mkIf cfg.enable {
    services.dbus.packages = [ cfg.package ];
    systemd.services.thermald = {
      description = "Thermal Daemon Service";
      wantedBy = [ "multi-user.target" ];
      serviceConfig.ExecStart = "${cfg.package}/bin/thermald --no-daemon --dbus-enable --adaptive"
        + lib.optionalString cfg.debug " --loglevel=debug"
        + lib.optionalString cfg.ignoreCpuidCheck " --ignore-cpuid-check"
        + lib.optionalString (cfg.configFile != null) " --config-file ${cfg.configFile}";
    };
  };
}
