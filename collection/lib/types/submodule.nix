# Sets whose attributes are options, declared by modules of their own; and modules as values.
{ lib, base }:

let
  inherit (builtins) attrNames intersectAttrs isAttrs;
  inherit (lib) isFunction last toList;
  inherit (lib.modules._internal) evaluate;
  inherit (base) checking defaultFunctor headErrorOf merging mkOptionType phrase positioned;

  isModule = value: isAttrs value || isFunction value || lib.types.path.check value;

  withoutChecks = {
    config._module.check = lib.mkForce false;
    _file = "<built-in module that disables checks for the purpose of documentation generation>";
  };
in
rec {
  # Within its definitions, a set is only configuration.
  submodule = modules: submoduleWith { shorthandOnlyDefinesConfig = true; modules = toList modules; };

  submoduleWith = args@{ modules, specialArgs ? { }, shorthandOnlyDefinesConfig ? false, description ? null, class ? null }:
    let
      asModule = def:
        if isAttrs def.value && shorthandOnlyDefinesConfig == true
        then { _file = def.file; config = def.value; }
        else { _file = def.file; imports = [ def.value ]; };

      # Without definitions: for what can be known of the type alone.
      nameless = evaluate { inherit modules specialArgs class; fallbackArgs.name = "‹name›"; };
      documented = prefix: nameless.extendModules { modules = [ withoutChecks ]; inherit prefix; };
      inherit (nameless._module) freeformType;
      documentedFreeform = (documented [ ])._module.freeformType;
    in
    mkOptionType {
      name = "submodule";
      description =
        if description != null then description
        else if documentedFreeform ? description
        then "open submodule of ${phrase [ "noun" "composite" ] documentedFreeform}"
        else "submodule";
      check = checking isModule;
      merge = merging ({ loc, defs }:
        let
          configuration = evaluate {
            modules = modules ++ map asModule defs;
            inherit specialArgs class;
            prefix = loc;
            ownArgs.name = last loc;
          };
        in
        {
          headError = headErrorOf isModule defs;
          value = configuration.config;
          valueMeta = { inherit configuration; };
        });
      emptyValue.value = nameless.config;
      getSubOptions = prefix:
        let
          evaluated = documented prefix;
          free = evaluated._module.freeformType;
        in
        evaluated.options // (if free == null then { } else { _freeformOptions = free.getSubOptions prefix; });
      getSubModules = modules;
      substSubModules = modules: submoduleWith (args // { inherit modules; });
      nestedTypes = if freeformType == null then { } else { inherit freeformType; };
      functor = defaultFunctor "submodule" // {
        type = lib.types.submoduleWith;
        payload = { inherit modules class specialArgs shorthandOnlyDefinesConfig description; };
        binOp = a: b:
          let
            # What both say must be the same; null says nothing.
            agree = attr: conflict:
              let x = a.${attr} or null; y = b.${attr} or null; in
              if x == null || x == y then y else if y == null then x
              else throw "A submoduleWith option is declared multiple times with conflicting ${conflict x y}";
            shared = attrNames (intersectAttrs a.specialArgs b.specialArgs);
          in
          {
            modules = a.modules ++ b.modules;
            class = agree "class" (x: y: "class values \"${toString x}\" and \"${toString y}\".");
            shorthandOnlyDefinesConfig = agree "shorthandOnlyDefinesConfig" (_: _: "shorthandOnlyDefinesConfig values");
            description = agree "description" (_: _: "descriptions");
            specialArgs =
              if shared == [ ] then a.specialArgs // b.specialArgs
              else throw "A submoduleWith option is declared multiple times with the same specialArgs \"${toString shared}\"";
          };
      };
    };

  # A module as a value: to be imported into whatever evaluates it.
  deferredModule = deferredModuleWith { };
  deferredModuleWith = args@{ staticModules ? [ ] }: mkOptionType {
    name = "deferredModule";
    description = "module";
    descriptionClass = "noun";
    check = isModule;
    merge = positioned (loc: defs: {
      imports = staticModules
        ++ map (def: lib.setDefaultModuleLocation "${def.file}, via option ${lib.showOption loc}" def.value) defs;
    });
    inherit (submoduleWith { modules = staticModules; }) getSubOptions getSubModules;
    substSubModules = modules: deferredModuleWith (args // { staticModules = modules; });
    functor = defaultFunctor "deferredModuleWith" // {
      type = lib.types.deferredModuleWith;
      payload = { inherit staticModules; };
      binOp = a: b: { staticModules = a.staticModules ++ b.staticModules; };
    };
  };
}
