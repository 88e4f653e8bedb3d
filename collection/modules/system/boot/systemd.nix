# Systemd's units: options for each kind of them become `systemd.units`, and those become the folder that systemd reads.
{ config, lib, pkgs, utils, ... }:

let
  inherit (builtins) attrValues listToAttrs replaceStrings;
  inherit (lib) mkDefault mkOption types;
  cfg = config.systemd;

  # The script's file has the short name, which is what stands in the journal.
  makeJobScript = name: text:
    let file = replaceStrings [ "\\" "@" ] [ "-" "_" ] name; in
    lib.getExe (pkgs.writeScriptIn {
      name = "unit-script-${file}";
      inherit file;
      text = "set -e\n\n${text}\n";
    });

  # A file that changes when one of the things does; what is in it tells which.
  writeTriggers = name: things:
    "${pkgs.writeText name (toString (map (x: if builtins.isPath x then "${x}" else x) (lib.flatten things)))}";

  unitText = import ./systemd/unit-text.nix { inherit lib writeTriggers; inherit (cfg) globalEnvironment; };
  unitOptions = import ./systemd/unit-options.nix { inherit lib utils makeJobScript; };

  withUnitKeys = { name, config, options, ... }: { config.unitConfig = unitText.unitKeys { inherit name config options; }; };
  unitsOf = modules: types.attrsOf (types.submodule (modules ++ [ withUnitKeys ]));

  toUnit = text: def: {
    inherit (def) name;
    value = { inherit (def) aliases wantedBy requiredBy upheldBy enable overrideStrategy; text = text def; };
  };
  toUnits = text: defs: listToAttrs (map (toUnit text) (if builtins.isList defs then defs else attrValues defs));

  safeName = replaceStrings [ "@" ":" "\\" "[" "]" ] [ "-" "-" "-" "" "" ];

  # A folder with the unit in it.
  makeUnit = name: unit:
    let file = lib.escapeShellArg name; in
    if unit.enable
    then pkgs.runCommand "unit-${safeName name}" { text = lib.optionalString (unit.text != null) unit.text; passAsFile = [ "text" ]; }
      ''mkdir -p $out && cp "$textPath" $out/${file}''
    else pkgs.runCommand "unit-${safeName name}-disabled" { } "mkdir -p $out && ln -s /dev/null $out/${file}";

  links = folder: attribute: lib.concatStrings (lib.mapAttrsToList
    (name: unit: lib.concatMapStrings
      (other: ''
        mkdir -p $out/${lib.escapeShellArg "${other}.${folder}"}
        ln -sfn ${lib.escapeShellArg "../${name}"} $out/${lib.escapeShellArg "${other}.${folder}"}/
      '')
      unit.${attribute})
    cfg.units);

  # Our unit replaces nothing: where a package has one of the name it is added to that.
  systemUnits = pkgs.runCommand "system-units" { } (
    ''
      mkdir -p $out
      for package in ${toString (lib.unique (map toString cfg.packages))}; do
        for unit in $package/etc/systemd/system/* $package/lib/systemd/system/*; do
          case $unit in
            *'*' | *.wants) ;;
            *) if [ -d "$unit" ]; then mkdir -p $out/''${unit##*/} && ln -s "$unit"/* $out/''${unit##*/}/; else ln -s "$unit" $out/; fi ;;
          esac
        done
      done
    ''
    + lib.concatStrings (lib.mapAttrsToList
      (name: unit:
        let target = "$out/${lib.escapeShellArg name}"; source = "${unit.unit}/${lib.escapeShellArg name}"; in
        if !unit.enable then "ln -sfn /dev/null ${target}\n"
        else if unit.overrideStrategy == "asDropin" then "mkdir -p ${target}.d && ln -s ${source} ${target}.d/overrides.conf\n"
        else ''
          if [ -e ${target} ]; then mkdir -p ${target}.d && ln -s ${source} ${target}.d/overrides.conf; else ln -fs ${source} ${target}; fi
        '')
      cfg.units)
    + lib.concatStrings (lib.mapAttrsToList
      (name: unit: lib.concatMapStrings (alias: "ln -sfn ${lib.escapeShellArg name} $out/${lib.escapeShellArg alias}\n") unit.aliases)
      cfg.units)
    + links "wants" "wantedBy"
    + links "upholds" "upheldBy"
    + links "requires" "requiredBy"
    + ''
      ln -sfn ${lib.escapeShellArg cfg.defaultUnit} $out/default.target
    ''
  );

  unit = { name, config, ... }: {
    options = unitOptions.shared // {
      text = mkOption { type = types.nullOr types.str; default = null; description = "The text of the unit."; };
      unit = mkOption { internal = true; description = "A folder with the unit."; };
    };
    config.unit = mkDefault (makeUnit name config);
  };

  kind = what: modules: mkOption { type = unitsOf modules; default = { }; description = "${what}, by name without the suffix."; };
  listKind = what: modules: mkOption {
    type = types.listOf (types.submodule (modules ++ [ withUnitKeys ]));
    default = [ ];
    description = "${what}. Their names come from the folder.";
  };
in
{
  options.systemd = {
    units = mkOption {
      type = types.attrsOf (types.submodule unit);
      default = { };
      description = "All units, by name with the suffix. The other options make them; a unit can be given as text too.";
    };
    packages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages that bring units."; };
    services = kind "Services" (unitOptions.service ++ [
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
    targets = kind "Targets" unitOptions.target;
    sockets = kind "Sockets" unitOptions.socket;
    timers = kind "Timers" unitOptions.timer;
    paths = kind "Watched paths" unitOptions.path;
    slices = kind "Slices" unitOptions.slice;
    mounts = listKind "Mounts" unitOptions.mount;
    automounts = listKind "Mounts at the first use" unitOptions.automount;
    defaultUnit = mkOption { type = types.str; default = "multi-user.target"; description = "The unit that the machine starts to."; };
    globalEnvironment = mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.str types.path types.package ]));
      default = { };
      example = { TZ = "CET"; };
      description = "Environment variables of all services.";
    };
  };

  config = {
    systemd.units =
      toUnits unitText.service cfg.services
      // toUnits unitText.target cfg.targets
      // toUnits unitText.socket cfg.sockets
      // toUnits unitText.timer cfg.timers
      // toUnits unitText.path cfg.paths
      // toUnits unitText.slice cfg.slices
      // toUnits unitText.mount cfg.mounts
      // toUnits unitText.automount cfg.automounts;

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
