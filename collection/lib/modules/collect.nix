# Modules are paths, functions and sets; here each becomes { _file; _class; key; disabledModules; imports; options; config; },
# and imports are followed. A module that comes twice, by its key, is taken once; disabledModules take out others.
{ lib }:

let
  inherit (builtins)
    addErrorContext attrNames concatMap elem elemAt filter genericClosure genList isAttrs isList isString length mapAttrs removeAttrs
    substring;
  inherit (lib.trivial) functionArgs isFunction;
  inherit (lib.options) showDefs unknownModule;
  inherit (lib.strings) isConvertibleWithToString;
  inherit (import ./properties.nix { inherit lib; }) mkMerge;
  messages = import ./messages.nix { inherit lib; };

  setDefaultModuleLocation = file: module: { _file = file; imports = [ module ]; };

  # --- one module ---

  structure = [ "_class" "_file" "key" "disabledModules" "imports" "options" "config" "meta" "freeformType" ];
  shortStructure = [ "_class" "_file" "key" "disabledModules" "require" "imports" "freeformType" ];

  unifyModuleSyntax = file: key: m:
    if !isAttrs m then throw "module ${file} (${key}) does not look like a module."
    else
      let
        isLong = m ? config || m ? options;
        extra = removeAttrs m structure;
        config =
          if !isLong then removeAttrs m shortStructure
          else if m ? meta then mkMerge [ (m.config or { }) { inherit (m) meta; } ]
          else m.config or { };
      in
      if isLong && { } != extra then throw (messages.unsupportedAttributes key (attrNames extra))
      else {
        _file = toString (m._file or file);
        _class = m._class or null;
        key = toString (m.key or key);
        disabledModules = m.disabledModules or [ ];
        imports = if isLong then m.imports or [ ] else m.require or [ ] ++ m.imports or [ ];
        options = if isLong then m.options or { } else { };
        config = if m ? freeformType then mkMerge [ config { _module.freeformType = m.freeformType; } ] else config;
      };

  # Arguments that are not passed come from _module.args, each only when it is used: a function that names its arguments is
  # therefore given exactly those.
  applyModuleArgs = key: f: args@{ config, ... }:
    let
      argument = name: _:
        addErrorContext "while evaluating the module argument `${name}' in \"${key}\":" (
          args.${name} or (addErrorContext
            "noting that argument `${name}` is not externally provided, so querying `_module.args` instead, requiring `config`"
            config._module.args.${name})
        );
    in
    f (args // mapAttrs argument (functionArgs f));

  applyModuleArgsIfFunction = key: f: args: if isFunction f then applyModuleArgs key f args else f;

  loadModule = class: args: file: key: m:
    if isFunction m then unifyModuleSyntax file key (applyModuleArgs key m args)
    else if isAttrs m then
      if !(m ? _type) then unifyModuleSyntax file key m
      else
        {
          module = unifyModuleSyntax file key m;
          "if" = unifyModuleSyntax file key { config = m; };
          override = unifyModuleSyntax file key { config = m; };
        }.${m._type} or (throw (messages.notAModule { inherit class file; inherit (m) _type; prefix = args._prefix; }))
    else if isList m
    then throw "Module imports can't be nested lists. Perhaps you meant to remove one level of lists? Definitions: ${showDefs [ { inherit file; value = m; } ]}"
    else let path = toString m; in unifyModuleSyntax path path (applyModuleArgsIfFunction path (import m) args);

  # --- disabledModules ---

  disabledKey = modulesPath: file: m:
    if isString m then if substring 0 1 m == "/" then m else "${toString modulesPath}/${m}"
    else if isConvertibleWithToString m then
      if m ? key && m.key != toString m then throw (messages.ambiguousDisabled file m) else toString m
    else if m ? key then m.key
    else throw (messages.badDisabled file m);

  # --- all modules ---

  # Whether a module is disabled is known only when all are loaded.
  collectModules = class: modulesPath: initialModules: args:
    let
      load = file: key: modules:
        genList
          (n:
            let
              loaded = loadModule class args file "${key}:anon-${toString (n + 1)}" (elemAt modules n);
              module =
                if class == null || loaded._class == null || loaded._class == class then loaded
                else throw (messages.wrongClass class loaded);
              imported = if module.imports == [ ] then [ ] else load module._file module.key module.imports;
              disabled = map (disabledKey modulesPath module._file) module.disabledModules;
            in
            {
              inherit (module) key;
              inherit module;
              modules = imported;
              disabled =
                if imported == [ ] then if module.disabledModules == [ ] then [ ] else disabled
                else disabled ++ concatMap (m: m.disabled) imported;
            })
          (length modules);

      roots = load unknownModule "" initialModules;
      disabled = concatMap (m: m.disabled) roots;
      isEnabled = m: !elem m.key disabled;
      enabled = if disabled == [ ] then modules: modules else filter isEnabled;

      toGraph = m: {
        inherit (m) key;
        file = m.module._file;
        disabled = !isEnabled m;
        imports = map toGraph m.modules;
      };
    in
    {
      modules = map (m: m.module) (genericClosure { startSet = enabled roots; operator = m: enabled m.modules; });
      graph = map toGraph (filter (m: m.key != "lib/modules.nix") roots);
    };
in
{
  inherit applyModuleArgsIfFunction collectModules setDefaultModuleLocation unifyModuleSyntax;

  importApply = path: args: setDefaultModuleLocation path (import path args);
  importJSON = file: { _file = file; config = lib.importJSON file; };
  importTOML = file: { _file = file; config = lib.importTOML file; };
}
