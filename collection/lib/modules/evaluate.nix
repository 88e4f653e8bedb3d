# evalModules: from modules to { config; options; … }. Beside the arguments that it is known for there is a private door for
# submodules: arguments of modules that are given without a module which defines them.
{ lib }:

let
  inherit (builtins) addErrorContext any attrNames concatMap filter head isAttrs mapAttrs partition removeAttrs seq;
  inherit (lib) types;
  inherit (lib.options) mkOption;
  inherit (import ./properties.nix { inherit lib; }) mkDefault mkOptionDefault;
  inherit (import ./definitions.nix { inherit lib; }) merge;
  inherit (import ./collect.nix { inherit lib; }) collectModules;
  inherit (import ./tree.nix { inherit lib; }) below declarationsOf definitionsOf evalAt evalLevelExcept openDefinition;
  messages = import ./messages.nix { inherit lib; };

  file = "lib/modules.nix";

  # The module system's own options, `_module`. Within submodules the documentation does not repeat `args`.
  internalOptions = prefix: {
    args = mkOption ({
      type = types.lazyAttrsOf types.raw;
      description = ''
        Further arguments for the functions that modules are, beside `lib`, `config`, `options` and those that the caller of
        the module system passes as `specialArgs`. Such an argument may depend on the configuration, and so it cannot decide
        on `imports`; a special argument can.

        Submodules do not see the arguments of the modules around them. They have one of their own, `name`: the attribute
        name of the submodule, or a generated one.
      '';
    } // (if prefix == [ ] then { } else { internal = true; }));
    check = mkOption {
      type = types.bool;
      internal = true;
      default = true;
      description = "Whether each definition must belong to a declared option.";
    };
    freeformType = mkOption {
      type = types.nullOr types.optionType;
      internal = true;
      default = null;
      description = "The type that all definitions without a declared option have together. With `null` there may be none.";
    };
    specialArgs = mkOption {
      readOnly = true;
      internal = true;
      description = "Arguments of modules that the caller of the module system has set.";
    };
  };

  recursionHint =
    "if you get an infinite recursion here, you probably reference `config` in `imports`. If you are trying to achieve a conditional import behavior dependent on `config`, consider importing unconditionally, and using `mkEnableOption` and `mkIf` to control its effect.";

  evaluate =
    input@{ modules, prefix ? [ ], specialArgs ? { }, class ? null, ownArgs ? { }, fallbackArgs ? { } }:
    let
      # Declarations that disagree on the class are an error even where there is no module to have one.
      collected = seq class collectModules class (specialArgs.modulesPath or "") modules (
        {
          inherit lib options specialArgs;
          _class = class;
          _prefix = prefix;
          config = addErrorContext recursionHint config;
        } // specialArgs
      );
      inOrder = lib.reverseList collected.modules;

      # Few modules touch `_module`. Where none does, its values are known without merging anything.
      opened = concatMap (m: openDefinition m._file m.config) inOrder;
      declaring = filter (m: { } != m.options) inOrder;
      isTouched = any (d: isAttrs d.set && d.set ? _module) opened || any (m: m.options ? _module) declaring;
      ownModuleArgs = { inherit extendModules; moduleType = type; } // ownArgs;

      # Beside those there are the module system's own declarations and definitions.
      level = evalLevelExcept "_module" prefix declaring opened;
      own = evalAt (prefix ++ [ "_module" ])
        (
          let
            internal = { _file = file; options = internalOptions prefix; };
            others = concatMap (m: if m.options ? _module then [ (declarationsOf prefix m)._module ] else [ ]) declaring;
          in
          if others == [ ] then internal else [ internal ] ++ others
        )
        (
          [ { inherit file; value = { args = mapAttrs (_: mkOptionDefault) fallbackArgs // ownModuleArgs; inherit specialArgs; }; } ]
          ++ concatMap (d: (definitionsOf prefix d)._module or [ ]) opened
        );

      options = level.options // { _module = own.options; };

      unmatched =
        if !isTouched || own.unmatched == [ ] then level.unmatched
        else
          let
            byName = partition (def: head def.prefix < "_module") level.unmatched;
          in
          byName.right ++ map (below "_module") own.unmatched ++ byName.wrong;

      _module =
        if isTouched then own.value
        else { args = fallbackArgs // ownModuleArgs; check = true; freeformType = null; inherit specialArgs; };

      declared = level.value // { inherit _module; };

      config =
        if _module.freeformType == null then declared
        else
          lib.recursiveUpdate (if unmatched == [ ] then { } else merge prefix _module.freeformType free) declared;
      free = map (def: removeAttrs def [ "prefix" ] // { value = lib.setAttrByPath def.prefix def.value; }) unmatched;

      # Definitions that belong to no option are an error, shown before anything else of the configuration.
      checked =
        if _module.check && _module.freeformType == null && unmatched != [ ] then
          let
            def = head unmatched;
            parent = lib.init def.prefix;
            names = attrNames (lib.attrByPath parent { } options);
          in
          throw (messages.undeclared {
            inherit prefix def;
            siblings = if parent == [ ] then lib.remove "_module" names else names;
            optionsAreEmpty = attrNames options == [ "_module" ];
          })
        else null;

      extendModules = more@{ modules ? [ ], specialArgs ? { }, prefix ? null }:
        evaluate (input // {
          modules = input.modules ++ modules;
          specialArgs = input.specialArgs or { } // specialArgs;
          prefix = if more ? prefix then more.prefix else input.prefix or [ ];
        });

      type = types.submoduleWith { inherit modules specialArgs class; };
    in
    {
      _type = "configuration";
      options = seq checked options;
      config = seq checked (removeAttrs config [ "_module" ]);
      _module = seq checked config._module;
      inherit (collected) graph;
      inherit class extendModules type;
    };

  evalModules = input@{ modules, prefix ? [ ], specialArgs ? { }, class ? null, args ? { }, check ? true }:
    let
      obsolete = name:
        lib.warnIf (input ? ${name}) "The ${name} argument to evalModules is deprecated. Please set config._module.${name} instead.";
    in
    obsolete "args" obsolete "check" (evaluate {
      inherit prefix specialArgs class;
      modules = modules
        ++ (if input ? args then [ { config._module = { inherit args; }; } ] else [ ])
        ++ (if input ? check then [ { config._module.check = mkDefault check; } ] else [ ]);
    });
in
{
  inherit evalModules evaluate;
  fixMergeModules = modules: args: evalModules { inherit modules args; check = false; };
}
