# Systemd's units: options for each kind of them become `systemd.units`, and those become the folder that systemd reads.
{ config, lib, pkgs, utils, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.systemd;

  make = import ./systemd/units.nix { inherit lib pkgs utils; inherit (cfg) globalEnvironment; };

  systemUnits = make.makeFolder {
    name = "system-units";
    scope = "system";
    inherit (cfg) units packages;
    extra = "ln -sfn ${lib.escapeShellArg cfg.defaultUnit} $out/default.target\n";
  };

  kind = what: modules: mkOption { type = make.unitsOf modules; default = { }; description = "${what}, by name without the suffix."; };
  listKind = what: modules: mkOption {
    type = types.listOf (types.submodule (modules ++ [ make.withUnitKeys ]));
    default = [ ];
    description = "${what}. Their names come from the folder.";
  };
in
{
  options.systemd = {
    units = mkOption {
      type = types.attrsOf (types.submodule make.unitModule);
      default = { };
      description = "All units, by name with the suffix. The other options make them; a unit can be given as text too.";
    };
    packages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages that bring units."; };
    services = kind "Services" (make.unitOptions.service ++ [
      # What services have on their path by default.
      { config.path = lib.mkAfter cfg.servicePath; }
    ]);
    servicePath = mkOption {
      type = types.listOf types.package;
      internal = true;
      default = [ pkgs.coreutils pkgs.findutils pkgs.grep pkgs.sed pkgs.systemd ];
      defaultText = lib.literalExpression "[ pkgs.coreutils pkgs.findutils pkgs.grep pkgs.sed pkgs.systemd ]";
      description = "The packages that every service has on its path.";
    };
    targets = kind "Targets" make.unitOptions.target;
    sockets = kind "Sockets" make.unitOptions.socket;
    timers = kind "Timers" make.unitOptions.timer;
    paths = kind "Watched paths" make.unitOptions.path;
    slices = kind "Slices" make.unitOptions.slice;
    mounts = listKind "Mounts" make.unitOptions.mount;
    automounts = listKind "Mounts at the first use" make.unitOptions.automount;
    defaultUnit = mkOption { type = types.str; default = "multi-user.target"; description = "The unit that the machine starts to."; };
    globalEnvironment = mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.str types.path types.package ]));
      default = { };
      example = { TZ = "CET"; };
      description = "Environment variables of all services.";
    };
  };

  config = {
    systemd.units = make.toUnits {
      service = cfg.services;
      target = cfg.targets;
      socket = cfg.sockets;
      timer = cfg.timers;
      path = cfg.paths;
      slice = cfg.slices;
      mount = cfg.mounts;
      automount = cfg.automounts;
    };

    systemd.timers = builtins.mapAttrs
      (_: service: { wantedBy = [ "timers.target" ]; timerConfig.OnCalendar = service.startAt; })
      (lib.filterAttrs (_: service: service.enable && service.startAt != [ ]) cfg.services);

    warnings = lib.concatLists (lib.mapAttrsToList
      (name: service:
        lib.optional (service.serviceConfig.Type or "" == "oneshot" && builtins.elem (service.serviceConfig.Restart or "no") [ "always" "on-success" ])
          "Service '${name}.service' with 'Type=oneshot' cannot have 'Restart=always' or 'Restart=on-success'"
        ++ lib.optional (service.reloadIfChanged && service.reloadTriggers != [ ])
          "Service '${name}.service' has both 'reloadIfChanged' and 'reloadTriggers' set. This is probably not what you want, because 'reloadTriggers' behave the same whay as 'restartTriggers' if 'reloadIfChanged' is set.")
      cfg.services);

    environment.etc."systemd/system".source = systemUnits;
    system.build.units = systemUnits;
  };
}
