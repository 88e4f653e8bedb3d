# The text of units, byte for byte as NixOS writes it.
{ lib, globalEnvironment, writeTriggers }:

let
  inherit (builtins) attrNames concatStringsSep isList toJSON;
  inherit (lib) optionalAttrs optionalString;

  showValue = value: if value == true then "true" else if value == false then "false" else toString value;

  section = attrs:
    lib.concatStrings (lib.concatLists (lib.mapAttrsToList
      (key: value: map (one: "${key}=${showValue one}\n") (if isList value then value else [ value ]))
      attrs));

  # What the options say beside `unitConfig`.
  unitKeys = { name, config, options }:
    let
      list = key: values: optionalAttrs (values != [ ]) { ${key} = toString values; };
      number = key: option: optionalAttrs option.isDefined { ${key} = toString option.value; };
      triggers = key: things: optionalAttrs (things != [ ]) { ${key} = writeTriggers "${key}-${name}" things; };
    in
    list "Requires" config.requires
    // list "Wants" config.wants
    // list "Upholds" config.upholds
    // list "After" config.after
    // list "Before" config.before
    // list "BindsTo" config.bindsTo
    // list "PartOf" config.partOf
    // list "Conflicts" config.conflicts
    // list "Requisite" config.requisite
    // triggers "X-Restart-Triggers" config.restartTriggers
    // triggers "X-Reload-Triggers" config.reloadTriggers
    // optionalAttrs (config.description != "") { Description = config.description; }
    // list "Documentation" config.documentation
    // list "OnFailure" config.onFailure
    // list "OnSuccess" config.onSuccess
    // number "StartLimitIntervalSec" options.startLimitIntervalSec
    // number "StartLimitBurst" options.startLimitBurst;

  unit = def: body:
    "[Unit]\n${section def.unitConfig}\n${body}"
    + optionalString (def.wantedBy != [ ]) "\n[Install]\nWantedBy=${toString def.wantedBy}\n";

  variable = def: environment: name:
    let line = optionalString (environment.${name} != null) "Environment=${toJSON "${name}=${environment.${name}}"}\n"; in
    # No line of a unit may be longer than a mebibyte.
    if builtins.stringLength line < 1048576 then line
    else throw "The value of the environment variable ‘${name}’ in systemd service ‘${def.name}.service’ is too long.";

  simple = name: attribute: def: unit def "[${name}]\n${section def.${attribute}}\n";
in
{
  inherit unitKeys;

  target = def: "[Unit]\n${section def.unitConfig}\n";

  service = def:
    let environment = globalEnvironment // def.environment; in
    unit def (
      "[Service]\n"
      + lib.concatMapStrings (variable def environment) (attrNames environment)
      + (
        if def.reloadIfChanged then "X-ReloadIfChanged=true\n"
        else optionalString (!def.restartIfChanged) "X-RestartIfChanged=false\n"
      )
      + optionalString (!def.stopIfChanged) "X-StopIfChanged=false\n"
      + optionalString def.notSocketActivated "X-NotSocketActivated=true\n"
      + section def.serviceConfig
    );

  socket = def:
    let lines = key: values: concatStringsSep "\n" (map (value: "${key}=${value}") values) + "\n"; in
    unit def "[Socket]\n${section def.socketConfig}\n${lines "ListenStream" def.listenStreams}${lines "ListenDatagram" def.listenDatagrams}";

  timer = simple "Timer" "timerConfig";
  path = simple "Path" "pathConfig";
  mount = simple "Mount" "mountConfig";
  automount = simple "Automount" "automountConfig";
  slice = simple "Slice" "sliceConfig";
}
