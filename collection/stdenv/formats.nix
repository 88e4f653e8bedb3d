# pkgs.formats: for each format of configuration files the type of what it can say, and a generator from a value to a file. JSON,
# YAML and TOML are written by the evaluator or by Python from JSON, the others by lib.generators.
{ lib, packages, runCommand }:

let
  inherit (lib) types generators;
  inherit (lib.types) oneOf nullOr bool int float str path attrsOf listOf;

  file = name: text: runCommand name { inherit text; passAsFile = [ "text" ]; } ''cp "$textPath" $out'';

  # Files that are checked by reading them again in the format.
  viaPython = name: value: program: runCommand name
    {
      value = builtins.toJSON value;
      passAsFile = [ "value" "program" ];
      inherit program;
    }
    ''${packages.python3}/bin/python3 "$programPath" "$valuePath" > $out'';

  value = { nullable ? true, name }:
    let
      plain = oneOf [ bool int float str path (attrsOf this) (listOf this) ];
      this = (if nullable then nullOr plain else plain) // { description = "${name} value"; };
    in
    this;

  # A key whose value may be a list, told apart by `listsAsDuplicateKeys` and `listToValue`.
  iniAtom = oneOf [ bool int float str ];
  maybeList = { listsAsDuplicateKeys, listToValue, atomsCoercedToLists ? false }: atom:
    if atomsCoercedToLists then types.coercedTo atom lib.singleton (listOf atom)
    else if listsAsDuplicateKeys || listToValue != null then types.either atom (listOf atom)
    else atom;
  withLists = listToValue: section:
    if listToValue == null then section
    else builtins.mapAttrs (_: v: if builtins.isList v then listToValue v else v) section;

  # TOML as Python's readers take it: one table after another, arrays of tables as inline tables.
  toTOML = ''
    import json, sys
    def key(k): return k if k and all(c.isalnum() and c.isascii() or c in "-_" for c in k) else json.dumps(k)
    def value(v):
        if isinstance(v, bool): return "true" if v else "false"
        if isinstance(v, (int, float)): return repr(v)
        if isinstance(v, str): return json.dumps(v, ensure_ascii=False)
        if isinstance(v, list): return "[" + ", ".join(value(x) for x in v) + "]"
        return "{ " + ", ".join(f"{key(k)} = {value(x)}" for k, x in v.items() if x is not None) + " }"
    def body(path, t):
        nested = lambda v: isinstance(v, dict) or tables(v)
        for k, v in t.items():
            if v is not None and not nested(v): print(f"{key(k)} = {value(v)}")
        for k, v in t.items():
            name = ".".join(map(key, path + [k]))
            for each in [v] if isinstance(v, dict) else v if tables(v) else []:
                print(f"\n[{name}]" if isinstance(v, dict) else f"\n[[{name}]]")
                body(path + [k], each)
    def tables(v): return isinstance(v, list) and v != [] and all(isinstance(x, dict) for x in v)
    body([], json.load(open(sys.argv[1])))
  '';

  indentJSON = ''
    import json, sys
    json.dump(json.load(open(sys.argv[1])), sys.stdout, indent=2, ensure_ascii=False, sort_keys=True)
    print()
  '';
in
rec {
  json = { }: {
    type = value { name = "JSON"; };
    generate = name: v: viaPython name v indentJSON;
  };

  # JSON is YAML.
  yaml = { }: { type = value { name = "YAML 1.1"; }; inherit (json { }) generate; };
  yaml_1_1 = yaml;
  yaml_1_2 = yaml;

  toml = { }: {
    type = value { name = "TOML"; nullable = false; };
    generate = name: v: viaPython name v toTOML;
  };

  ini = { listsAsDuplicateKeys ? false, listToValue ? null, atomsCoercedToLists ? false, ... }@args:
    let
      atom = maybeList { inherit listsAsDuplicateKeys listToValue; atomsCoercedToLists = atomsCoercedToLists == true; } (nullOr iniAtom);
      toINI = generators.toINI (removeAttrs args [ "listToValue" "atomsCoercedToLists" ]);
    in
    {
      type = attrsOf (attrsOf atom);
      lib.types.atom = atom;
      generate = name: v: file name (toINI (builtins.mapAttrs (_: withLists listToValue) v));
    };

  iniWithGlobalSection = { listsAsDuplicateKeys ? false, listToValue ? null, atomsCoercedToLists ? false, ... }@args:
    let
      atom = maybeList { inherit listsAsDuplicateKeys listToValue; atomsCoercedToLists = atomsCoercedToLists == true; } (nullOr iniAtom);
      write = generators.toINIWithGlobalSection (removeAttrs args [ "listToValue" "atomsCoercedToLists" ]);
    in
    {
      type = types.submodule {
        options.sections = lib.mkOption { type = attrsOf (attrsOf atom); default = { }; description = "Sections by name."; };
        options.globalSection = lib.mkOption { type = attrsOf atom; default = { }; description = "What stands before all sections."; };
      };
      generate = name: v: file name (write {
        globalSection = withLists listToValue v.globalSection or { };
        sections = builtins.mapAttrs (_: withLists listToValue) v.sections or { };
      });
    };

  gitIni = { listsAsDuplicateKeys ? false, ... }@args: {
    type = attrsOf (attrsOf (types.either (nullOr iniAtom) (attrsOf (nullOr iniAtom))));
    generate = name: v: file name (generators.toGitINI v);
  };

  keyValue = { listsAsDuplicateKeys ? false, listToValue ? null, ... }@args: {
    type = attrsOf (maybeList { inherit listsAsDuplicateKeys listToValue; } (nullOr iniAtom));
    generate = name: v: file name (generators.toKeyValue (removeAttrs args [ "listToValue" ]) (withLists listToValue v));
  };

  systemd = ini { listsAsDuplicateKeys = true; };

  # As environment files and java's properties want it.
  javaProperties = { comment ? "Generated with Nix", boolToString ? lib.boolToString }: {
    type = attrsOf (types.coercedTo (oneOf [ bool int float str ]) (v: if builtins.isBool v then boolToString v else toString v) str);
    generate = name: v: file name ("# ${comment}\n" + generators.toKeyValue { } v);
  };

  pythonVars = { }: {
    type = attrsOf (value { name = "Python"; });
    generate = name: v: viaPython name v ''
      import json, sys
      for k, v in json.load(open(sys.argv[1])).items():
          print(f"{k} = {v!r}")
    '';
  };

  nixConf = throw "pkgs.formats.nixConf is not there: nix.settings writes nix.conf.";
}
