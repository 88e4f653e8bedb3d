# How a machine is switched to the system: bin/switch-to-configuration in its toplevel, and what that has to know, switch.json.
# Nothing of it may depend on where in the configuration something is written, or the same system would not stay the same.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.system.switch;

  checks = config.system.preSwitchChecks;
  preSwitchCheck = pkgs.writeShellScript "pre-switch-checks" ''
    # $1: the system that runs; $2: the action.
    failed=
    ${lib.concatStrings (lib.mapAttrsToList
      (name: text: ''
        if ! ( set -e
        ${text}
        ); then
          echo "the check before the switch '${name}' failed" >&2
          failed=1
        fi
      '')
      checks)}
    [ -z "$failed" ]
  '';

  checked = lib.filterAttrs (_: service: service.enable && service.healthCheck.script != "") config.systemd.services;
  healthCheck = name: service: {
    unit = "${name}.service";
    inherit (service.healthCheck) timeout;
    script = "${pkgs.writeShellScript "health-check-${name}" ''
      set -e
      export PATH=${lib.escapeShellArg (service.environment.PATH or "")}
      ${service.healthCheck.script}
    ''}";
  };

  description = {
    program = "${config.nix.package}";
    installBootLoader = "${config.system.build.installBootLoader}";
    preSwitchCheck = if checks == { } then null else "${preSwitchCheck}";
    inherit (cfg) rollback;
    healthChecks = lib.mapAttrsToList healthCheck checked;
  };
in
{
  options.system = {
    switch.enable = mkOption {
      type = types.bool;
      default = config.nix.enable;
      defaultText = lib.literalExpression "config.nix.enable";
      description = "Whether a running machine can be switched to the system.";
    };
    switch.rollback = mkOption {
      type = types.bool;
      default = true;
      description = ''
        Whether a switch to the system is taken back when a unit fails that did not fail before, or a service is not healthy in
        time (`systemd.services.<name>.healthCheck`). If not, the machine runs and boots the system all the same, as in NixOS.
      '';
    };
    preSwitchChecks = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = { disk = "test $(stat -f -c %a /boot) -gt 1000"; };
      description = ''
        Shell commands before anything of a switch to the system is done; one that fails keeps the switch from being done. `$1` is
        the system that runs, `$2` the action.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    system.systemBuilderCommands = ''
      cp ${pkgs.writeText "switch.json" (builtins.toJSON description)} $out/switch.json
      cat > $out/bin/switch-to-configuration <<EOF
      #!${pkgs.bash}/bin/bash
      TOPLEVEL=$out exec ${config.nix.package}/bin/switch-to-configuration "\$@"
      EOF
      chmod 755 $out/bin/switch-to-configuration
    '';

    # What a power cut has left of a switch is finished or undone, and the switch's own start of targets does not do it.
    systemd.services.switch-recovery = {
      description = "Finish or Undo an Interrupted Switch of the System";
      wantedBy = [ "multi-user.target" ];
      after = [ "local-fs.target" ];
      restartIfChanged = false;
      unitConfig.ConditionPathExists = [ "/var/lib/nixos/switch-journal.json" "!/run/nixos/switch-to-configuration.lock" ];
      serviceConfig = {
        Type = "oneshot";
        ExecStart = "${config.nix.package}/bin/switch-to-configuration recover";
      };
    };
  };
}
