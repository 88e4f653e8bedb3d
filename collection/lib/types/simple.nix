# Types of single values, and those that take anything.
{ lib, base }:

let
  inherit (builtins) all foldl' head isAttrs isBool isPath isString length typeOf;
  inherit (lib.options) getFiles mergeEqualOption mergeOneOption showFiles showOption;
  inherit (base) addCheck isType mkOptionType positioned;
  inherit (lib.modules._internal) merge;

  noun = attrs: mkOptionType ({ descriptionClass = "noun"; } // attrs);
in
rec {
  inherit addCheck;

  raw = noun {
    name = "raw";
    description = "raw value";
    merge = mergeOneOption;
  };

  unspecified = noun { name = "unspecified"; description = "unspecified value"; };

  # Sets are merged attribute by attribute, functions by their results, all else must be equal.
  anything = noun {
    name = "anything";
    merge = positioned (loc: defs:
      let
        kindOf = value: if isAttrs value && lib.isStringLike value then "stringCoercibleSet" else typeOf value;
        kind = kindOf (head defs).value;
        mergeOf = {
          set = (lib.types.attrsOf anything).merge;
          stringCoercibleSet = mergeOneOption;
          lambda = {
            positioned = loc: defs: x: anything.merge.positioned (loc ++ [ "<function body>" ]) (map (def: def // { value = def.value x; }) defs);
          };
        }.${kind} or mergeEqualOption;
      in
      if all (def: kindOf def.value == kind) defs then mergeOf.positioned loc defs
      else throw "The option `${showOption loc}' has conflicting option types in ${showFiles (getFiles defs)}");
  };

  bool = noun { name = "bool"; description = "boolean"; check = isBool; merge = mergeEqualOption; };

  boolByOr = noun {
    name = "boolByOr";
    description = "boolean (merged using or)";
    check = isBool;
    merge = positioned (_: foldl' (result: def: result || def.value) false);
  };

  enum = values:
    let
      show = value:
        if isString value then "\"${value}\""
        else if builtins.isInt value then toString value
        else if isBool value then lib.boolToString value
        else "<${typeOf value}>";
    in
    mkOptionType {
      name = "enum";
      description =
        if values == [ ] then "impossible (empty enum)"
        else if length values == 1 then "value ${show (head values)} (singular enum)"
        else "one of ${lib.concatMapStringsSep ", " show values}";
      descriptionClass = if length values < 2 then "noun" else "conjunction";
      check = value: builtins.elem value values;
      merge = mergeEqualOption;
      functor = base.defaultFunctor "enum" // {
        payload = { inherit values; };
        type = payload: lib.types.enum payload.values;
        binOp = a: b: { values = lib.unique (a.values ++ b.values); };
      };
    };

  # Shallow: the last definition of an attribute wins. attrsOf merges, and notices conflicts.
  attrs = mkOptionType {
    name = "attrs";
    description = "attribute set";
    check = isAttrs;
    merge = positioned (_: foldl' (result: def: result // def.value) { });
    emptyValue.value = { };
  };

  package = noun {
    name = "package";
    check = value: lib.isDerivation value || lib.isStorePath value;
    merge = positioned (loc: defs:
      let value = merge loc raw defs; in
      if isPath value || (isString value && !builtins.hasContext value) then lib.toDerivation value else value) // {
      takesAsIs = isAttrs;
    };
  };

  shellPackage = package // { check = value: lib.isDerivation value && value ? shellPath; };

  pkgs =
    let
      set = lib.types.unique { message = "A Nixpkgs pkgs set can not be merged with another pkgs set."; } attrs // {
        name = "pkgs";
        descriptionClass = "noun";
        description = "Nixpkgs package set";
      };
    in
    addCheck set (value: value._type or null == "pkgs");

  # The overlays of all definitions, one after another.
  overlay = noun {
    name = "overlay";
    check = lib.isFunction;
    merge = positioned (_: defs: lib.composeManyExtensions (map (def: def.value) defs));
  };

  # The union of all definitions.
  fileset = noun {
    name = "fileset";
    check = lib.fileset.isFileset;
    merge = positioned (_: defs: lib.fileset.unions (map (def: def.value) defs));
    emptyValue.value = lib.fileset.empty;
  };

  luaInline = noun {
    name = "luaInline";
    description = "inline lua";
    check = value: value._type or null == "lua-inline";
    merge = mergeEqualOption;
  };

  optionDeclaration = noun {
    name = "optionDeclaration";
    description = "option declaration";
    check = value: isType "option" value && !(value ? value);
  };

  # Several definitions are merged as if one option were declared with each.
  optionType = noun {
    name = "optionType";
    check = isType "option-type";
    merge = positioned (loc: defs:
      let
        declare = def: { _file = def.file; pos = def.pos or null; options = lib.mkOption { type = def.value; }; };
        option = lib.modules.fixupOptionType loc (lib.modules.mergeOptionDecls loc (map declare defs));
      in
      if length defs == 1 then (head defs).value else option.type);
  };

  # A value of any type, defined once.
  uniq = unique { message = ""; };
  unique = { message }: type: mkOptionType {
    name = "unique";
    inherit (type) description descriptionClass check emptyValue getSubOptions getSubModules;
    merge = lib.options.mergeUniqueOption { inherit message; inherit (type) merge; };
    substSubModules = modules: unique { inherit message; } (type.substSubModules modules);
    functor = base.elementFunctor "unique" { elemType = type; } // {
      type = payload: lib.types.unique { inherit message; } payload.elemType;
    };
    nestedTypes.elemType = type;
  };
}
