# The options of each kind of unit, as modules.
{ lib, utils, makeJobScript }:

let
  inherit (builtins) attrNames elem isList;
  inherit (lib) mkDefault mkIf mkMerge mkOption types;

  unitName = types.strMatching "[a-zA-Z0-9@%:_.\\-]+[.](service|socket|device|mount|automount|swap|target|path|timer|scope|slice)";

  # A key of a unit: what may come several times is a list.
  unitOption = types.mkOptionType {
    name = "systemd option";
    merge = loc: defs:
      let
        chosen = lib.filterOverrides defs;
        lists = builtins.filter (def: isList def.value) chosen;
      in
      if lists == [ ] then lib.mergeEqualOption loc chosen
      else if builtins.length lists == builtins.length chosen then lib.concatMap (def: def.value) chosen
      else throw "The definitions for systemd unit options should be either all lists, representing repeatable options, or all non-lists, but for the option ${lib.showOption loc}, the definitions are a mix of list and non-list ${lib.options.showDefs chosen}";
  };

  names = description: mkOption { type = types.listOf unitName; default = [ ]; inherit description; };
  strings = description: mkOption { type = types.listOf types.str; default = [ ]; inherit description; };
  lines = description: mkOption { type = types.lines; default = ""; inherit description; };
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  section = name: page: example: mkOption {
    type = types.attrsOf unitOption;
    default = { };
    inherit example;
    description = "Keys of the section `[${name}]`, as {manpage}`${page}(5)` explains them.";
  };

  shared = {
    enable = flag true "Whether the unit exists. If not it is a link to {file}`/dev/null`, and nothing can start it.";
    overrideStrategy = mkOption {
      type = types.enum [ "asDropinIfExists" "asDropin" ];
      default = "asDropinIfExists";
      description = "Whether the unit adds to one of its name that a package brings: if there is one, or in any case.";
    };
    requiredBy = names "Units that need this one: with each of them it is started.";
    upheldBy = names "Units that keep this one running.";
    wantedBy = names "Units with which this one is started, such as `multi-user.target` for what runs from the start.";
    aliases = names "Other names of the unit.";
  };

  # The values of `checks` that a key may have.
  checked = group: checks: type:
    let
      content = value: if elem (value._type or null) [ "override" "if" ] then value.content else value;
      wrong = attrs: builtins.filter (key: attrs ? ${key} && !elem (content attrs.${key}) checks.${key}) (attrNames checks);
      complain = attrs: key: "Systemd ${group} field `${key}' cannot have value `${toString (content attrs.${key})}'.";
    in
    types.addCheck type (attrs:
      let bad = wrong attrs; in
      bad == [ ] || builtins.trace (lib.concatMapStringsSep "\n" (complain attrs) bad) false);

  # Declared once, and not for each unit anew.
  commonOptions = shared // {
    name = mkOption { type = types.str; internal = true; description = "The name of the unit with its suffix."; };
    description = mkOption { type = types.singleLineStr; default = ""; description = "What the unit is, in a few words."; };
    documentation = strings "Where to read about it.";
    requires = names "Units that are started with this one, and whose end is its end.";
    wants = names "Units that are started with this one.";
    upholds = names "Units that are kept running as long as this one runs.";
    after = names "Units that are started before this one, if they are started at all.";
    before = names "Units that are started after this one.";
    bindsTo = names "As `requires`; and this unit ends when one of them is gone.";
    partOf = names "Units with which this one is stopped and restarted.";
    conflicts = names "Units that are stopped when this one is started.";
    requisite = names "Units that must be running already.";
    onFailure = names "Units that are started when this one fails.";
    onSuccess = names "Units that are started when this one ends well.";
    startLimitBurst = mkOption { type = types.int; description = "How many times it may start within the interval."; };
    startLimitIntervalSec = mkOption { type = types.int; description = "The interval, in seconds."; };
    restartTriggers = mkOption {
      type = types.listOf types.unspecified;
      default = [ ];
      description = "Things that the unit is restarted for, when they change.";
    };
    reloadTriggers = mkOption {
      type = types.listOf unitOption;
      default = [ ];
      description = "Things that the unit is reloaded for, when they change.";
    };
    unitConfig = section "Unit" "systemd.unit" { RequiresMountsFor = "/data"; };
  };

  of = suffix: options: [ { options = commonOptions // options; } ]
    ++ (if suffix == null then [ ] else [ ({ name, ... }: { name = mkDefault "${name}.${suffix}"; }) ]);
in
{
  inherit shared unitOption;

  service = of "service" {
    environment = mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.str types.path types.package ]));
      default = { };
      example = { LANG = "nl_NL.UTF-8"; };
      description = "The environment of its processes.";
    };
    path = mkOption {
      type = types.listOf (types.oneOf [ types.package types.str ]);
      default = [ ];
      description = "Packages whose programs are on its `PATH`.";
    };
    serviceConfig = section "Service" "systemd.service" { RestartSec = 5; } // {
      type = checked "Service"
        {
          Type = [ "exec" "simple" "forking" "oneshot" "dbus" "notify" "notify-reload" "idle" ];
          Restart = [ "no" "on-success" "on-failure" "on-abnormal" "on-abort" "always" ];
        }
        (types.attrsOf unitOption);
    };
    script = lines "Shell commands that are its main process.";
    scriptArgs = mkOption { type = types.str; default = ""; example = "%i"; description = "Arguments of the main process's commands."; };
    preStart = lines "Shell commands before its main process starts.";
    postStart = lines "Shell commands after its main process has started.";
    reload = lines "Shell commands that reload it.";
    preStop = lines "Shell commands that stop it.";
    postStop = lines "Shell commands after it has stopped.";
    restartIfChanged = flag true "Whether it is restarted when the system is switched to one in which it is different.";
    reloadIfChanged = flag false "Whether it is reloaded then, and not restarted. `reloadTriggers` are finer.";
    stopIfChanged = flag true "Whether it is stopped in the old system and started in the new one; otherwise restarted in one step.";
    notSocketActivated = flag false "Whether it is restarted itself, although a socket can start it.";
    healthCheck = {
      script = lines ''
        Shell commands that succeed when the service does what it is there for; they have its `PATH`, and run as root. After a
        switch of the system they are tried until they succeed. If they do not in time, and the service was touched by the switch
        or healthy before it, the machine goes back to the system that it ran.
      '' // { example = "curl --fail --silent http://localhost/status"; };
      timeout = mkOption { type = types.ints.positive; default = 30; description = "How long that may take after a switch, in seconds."; };
    };
    startAt = mkOption {
      type = types.either types.str (types.listOf types.str);
      default = [ ];
      apply = lib.toList;
      example = "Sun 14:00:00";
      description = "When it is started, as {manpage}`systemd.time(7)` writes times. A timer does it.";
    };
  } ++ [
    ({ name, config, ... }:
      let job = kind: text: makeJobScript "${name}-${kind}" text; in
      {
        config = mkMerge [
          {
            environment.PATH = mkIf (config.path != [ ])
              "${lib.makeBinPath config.path}:${lib.makeSearchPathOutput "bin" "sbin" config.path}";
          }
          (mkIf (config.preStart != "") { serviceConfig.ExecStartPre = [ (job "pre-start" config.preStart) ]; })
          (mkIf (config.script != "") { serviceConfig.ExecStart = "${job "start" config.script} ${config.scriptArgs}"; })
          (mkIf (config.postStart != "") { serviceConfig.ExecStartPost = [ (job "post-start" config.postStart) ]; })
          (mkIf (config.reload != "") { serviceConfig.ExecReload = job "reload" config.reload; })
          (mkIf (config.preStop != "") { serviceConfig.ExecStop = job "pre-stop" config.preStop; })
          (mkIf (config.postStop != "") { serviceConfig.ExecStopPost = job "post-stop" config.postStop; })
        ];
      })
  ];

  target = of "target" { };

  socket = of "socket" {
    listenStreams = strings "Addresses and paths of stream sockets." // { example = [ "0.0.0.0:993" "/run/my-socket" ]; };
    listenDatagrams = strings "Addresses and paths of datagram sockets.";
    socketConfig = section "Socket" "systemd.socket" { ListenStream = "/run/my-socket"; };
  };

  timer = of "timer" {
    timerConfig = section "Timer" "systemd.timer" { OnCalendar = "Sun 14:00:00"; Unit = "foo.service"; };
  };

  path = of "path" {
    pathConfig = section "Path" "systemd.path" { PathChanged = "/some/path"; Unit = "changedpath.service"; };
  };

  slice = of "slice" {
    sliceConfig = section "Slice" "systemd.slice" { MemoryMax = "2G"; };
  };

  mount = of null {
    what = mkOption { type = types.str; example = "/dev/sda1"; description = "What is mounted."; };
    where = mkOption { type = types.str; example = "/mnt"; description = "The folder where it is mounted."; };
    type = mkOption { type = types.str; default = ""; example = "ext4"; description = "The type of the file system."; };
    options = mkOption { type = types.commas; default = ""; example = "noatime"; description = "How it is mounted."; };
    mountConfig = section "Mount" "systemd.mount" { DirectoryMode = "0775"; };
  } ++ [
    ({ config, ... }: {
      config.name = mkDefault "${utils.escapeSystemdPath config.where}.mount";
      config.mountConfig = {
        What = config.what;
        Where = config.where;
      } // lib.optionalAttrs (config.type != "") { Type = config.type; }
      // lib.optionalAttrs (config.options != "") { Options = config.options; };
    })
  ];

  automount = of null {
    where = mkOption { type = types.str; example = "/mnt"; description = "The folder whose use mounts it."; };
    automountConfig = section "Automount" "systemd.automount" { DirectoryMode = "0775"; };
  } ++ [
    ({ config, ... }: {
      config.name = mkDefault "${utils.escapeSystemdPath config.where}.automount";
      config.automountConfig.Where = config.where;
    })
  ];
}
