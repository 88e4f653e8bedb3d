# What the options of units become: their texts, and the folder that systemd reads. The same for the system's units and for those
# of users.
{ lib, pkgs, utils, globalEnvironment }:

let
  inherit (builtins) attrValues listToAttrs replaceStrings;
  inherit (lib) mkDefault mkOption types;

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

  unitText = import ./unit-text.nix { inherit lib writeTriggers globalEnvironment; };
  unitOptions = import ./unit-options.nix { inherit lib utils makeJobScript; };

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

  links = units: folder: attribute: lib.concatStrings (lib.mapAttrsToList
    (name: unit: lib.concatMapStrings
      (other: ''
        mkdir -p $out/${lib.escapeShellArg "${other}.${folder}"}
        ln -sfn ${lib.escapeShellArg "../${name}"} $out/${lib.escapeShellArg "${other}.${folder}"}/
      '')
      unit.${attribute})
    units);

  unitModule = { name, config, ... }: {
    options = unitOptions.shared // {
      text = mkOption { type = types.nullOr types.str; default = null; description = "The text of the unit."; };
      unit = mkOption { internal = true; description = "A folder with the unit."; };
    };
    config.unit = mkDefault (makeUnit name config);
  };
in
{
  inherit unitOptions unitsOf unitModule withUnitKeys;

  # `systemd.units` of the options of each kind.
  toUnits = kinds: lib.foldl' (all: kind: all // toUnits unitText.${kind} kinds.${kind}) { } (builtins.attrNames kinds);

  # Our unit replaces nothing: where a package has one of the name it is added to that.
  makeFolder = { name, scope, units, packages, extra ? "" }: pkgs.runCommand name { } (
    ''
      mkdir -p $out
      for package in ${toString (lib.unique (map toString packages))}; do
        for unit in $package/etc/systemd/${scope}/* $package/lib/systemd/${scope}/*; do
          case $unit in
            *'*' | *.wants) ;;
            *)
              if [ -d "$unit" ]; then mkdir -p $out/''${unit##*/} && ln -s "$unit"/* $out/''${unit##*/}/
              # Another name of a unit: systemd knows it for one only if it leads to the name here, not to a file elsewhere.
              elif [ -L "$unit" ] && [[ $(readlink "$unit") != */* ]]; then cp -P "$unit" $out/
              else ln -s "$unit" $out/; fi ;;
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
      units)
    + lib.concatStrings (lib.mapAttrsToList
      (name: unit: lib.concatMapStrings (alias: "ln -sfn ${lib.escapeShellArg name} $out/${lib.escapeShellArg alias}\n") unit.aliases)
      units)
    + links units "wants" "wantedBy"
    + links units "upholds" "upheldBy"
    + links units "requires" "requiredBy"
    + extra
  );
}
