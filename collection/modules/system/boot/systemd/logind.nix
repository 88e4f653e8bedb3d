# Logins: what happens when the lid is shut, when a key is pressed that belongs to the machine, and when somebody logs out.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.logind;

  deed = types.enum [ "ignore" "poweroff" "reboot" "halt" "kexec" "suspend" "hibernate" "hybrid-sleep" "suspend-then-hibernate" "lock" ];
  deedOption = default: description: mkOption { type = deed; inherit default; description = "What is done ${description}."; };
  show = value: if value == true then "yes" else if value == false then "no" else toString value;
in
{
  options.services.logind = {
    killUserProcesses = mkOption { type = types.bool; default = false; description = "Whether the processes of somebody who logs out end."; };
    lidSwitch = deedOption "suspend" "when the lid is shut";
    lidSwitchDocked = deedOption "ignore" "when the lid is shut and there is another screen";
    lidSwitchExternalPower = mkOption { type = deed; default = cfg.lidSwitch; defaultText = lib.literalExpression "config.services.logind.lidSwitch"; description = "What is done when the lid is shut and there is power."; };
    powerKey = deedOption "poweroff" "when the power key is pressed";
    powerKeyLongPress = deedOption "ignore" "when the power key is held";
    rebootKey = deedOption "reboot" "when the reboot key is pressed";
    rebootKeyLongPress = deedOption "poweroff" "when the reboot key is held";
    suspendKey = deedOption "suspend" "when the suspend key is pressed";
    suspendKeyLongPress = deedOption "hibernate" "when the suspend key is held";
    hibernateKey = deedOption "hibernate" "when the hibernate key is pressed";
    hibernateKeyLongPress = deedOption "ignore" "when the hibernate key is held";
    settings.Login = mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.bool types.int types.str (types.listOf types.str) ]));
      default = { };
      example = { IdleAction = "lock"; IdleActionSec = 600; };
      description = "Keys of {manpage}`logind.conf(5)`.";
    };
    extraConfig = mkOption { type = types.lines; default = ""; example = "IdleAction=lock"; description = "Lines at the end of {manpage}`logind.conf(5)`."; };
  };

  config = {
    services.logind.settings.Login = builtins.mapAttrs (_: lib.mkDefault) {
      KillUserProcesses = cfg.killUserProcesses;
      HandleLidSwitch = cfg.lidSwitch;
      HandleLidSwitchDocked = cfg.lidSwitchDocked;
      HandleLidSwitchExternalPower = cfg.lidSwitchExternalPower;
      HandlePowerKey = cfg.powerKey;
      HandlePowerKeyLongPress = cfg.powerKeyLongPress;
      HandleRebootKey = cfg.rebootKey;
      HandleRebootKeyLongPress = cfg.rebootKeyLongPress;
      HandleSuspendKey = cfg.suspendKey;
      HandleSuspendKeyLongPress = cfg.suspendKeyLongPress;
      HandleHibernateKey = cfg.hibernateKey;
      HandleHibernateKeyLongPress = cfg.hibernateKeyLongPress;
    };
    environment.etc."systemd/logind.conf".text = "[Login]\n"
      + lib.concatStrings (lib.mapAttrsToList (key: value: lib.optionalString (value != null) "${key}=${show value}\n") cfg.settings.Login)
      + cfg.extraConfig;
    systemd.services.systemd-logind = {
      # Whoever is logged in stays so.
      restartIfChanged = false;
      # The archive's unit looks for the bus in a folder that there is not.
      unitConfig.ConditionPathExists = [ "" ];
    };
  };
}
