# One type or another: null or a value, either of two, a value that is converted, one of several tagged ones.
{ lib, base }:

let
  inherit (builtins)
    addErrorContext attrNames elemAt filter foldl' head intersectAttrs isAttrs length mapAttrs tail unsafeGetAttrPos;
  inherit (lib.options) getFiles mergeOneOption showDefs showFiles showOption;
  inherit (lib.strings) escapeNixIdentifier escapeNixString;
  inherit (lib.modules._internal) checkAndMerge merge mergeAndCheck takesAsIs;
  inherit (base) checking defaultFunctor elementFunctor headErrorOf isOwnMerge merging mkOptionType phrase positioned;
in
rec {
  nullOr = elemType: mkOptionType {
    name = "nullOr";
    description = "null or ${phrase [ "noun" "conjunction" ] elemType}";
    descriptionClass = "conjunction";
    check = value: value == null || elemType.check value;
    merge = positioned (loc: defs:
      let nulls = filter (def: def.value == null) defs; in
      if nulls == [ ] then merge loc elemType defs
      else if length nulls == length defs then null
      else throw "The option `${showOption loc}` is defined both null and not null, in ${showFiles (map lib.options.showPlace defs)}.") // {
      takesAsIs = value: value == null || isOwnMerge elemType value;
    };
    emptyValue.value = null;
    inherit (elemType) getSubOptions getSubModules;
    substSubModules = modules: nullOr (elemType.substSubModules modules);
    functor = elementFunctor "nullOr" { inherit elemType; } // { type = payload: lib.types.nullOr payload.elemType; };
    nestedTypes = { inherit elemType; };
  };

  either = left: right:
    let
      leftFirst = phrase [ "noun" "conjunction" ];
      functor = elementFunctor "either" { elemType = [ left right ]; };
    in
    mkOptionType {
      name = "either";
      description =
        if left.descriptionClass or null == "nonRestrictiveClause"
        then "${left.description}, or ${leftFirst right}"
        else "${leftFirst left} or ${phrase [ "noun" "conjunction" "composite" ] right}";
      descriptionClass = "conjunction";
      check = checking (value: left.check value || right.check value);
      merge = merging ({ loc, defs }:
        let
          l = checkAndMerge loc left defs;
          r = checkAndMerge loc right defs;
          headError.message =
            "The option `${showOption loc}` is neither a value of type `${left.description}` nor `${right.description}`, Definition values: ${showDefs defs}";
        in
        if l.headError == null then l
        else if r.headError == null then r
        else {
          inherit headError;
          valueMeta = { inherit headError; };
          value = lib.warn ''
            One or more definitions did not pass the type-check of the 'either' type.
            ${headError.message}
            If `either`, `oneOf` or similar is used in freeformType, ensure that it is preceded by an 'attrsOf' such as: `freeformType = types.attrsOf (types.either t1 t2)`.
            Otherwise consider using the correct type for the option `${showOption loc}`.  This will be an error in Nixpkgs 26.05.
          '' (mergeOneOption.positioned loc defs);
        }) // {
        takesAsIs = value: takesAsIs left value || (!(left.merge ? v2) && !left.check value && takesAsIs right value);
      };
      typeMerge = other:
        let
          l = left.typeMerge (elemAt other.payload.elemType 0).functor;
          r = right.typeMerge (elemAt other.payload.elemType 1).functor;
        in
        if other.name == "either" && l != null && r != null then functor.type l r else null;
      inherit functor;
      nestedTypes = { inherit left right; };
    };

  oneOf = types:
    if types == [ ] then throw "types.oneOf needs to get at least one type in its argument" else foldl' either (head types) (tail types);

  # Values of `from` are converted.
  coercedTo = from: convert: to:
    assert lib.assertMsg (from.getSubModules == null)
      "coercedTo: coercedType must not have submodules (it’s a ${from.description})";
    let check = value: (from.check value && to.check (convert value)) || to.check value; in
    mkOptionType {
      name = "coercedTo";
      description = "${phrase [ "noun" ] to} or ${phrase [ "noun" ] from} convertible to it";
      check = checking check;
      merge = merging ({ loc, defs }:
        let
          isFrom = def: if from.merge ? v2 then (mergeAndCheck loc from [ def ]).headError == null else from.check def.value;
          converted = map (def: if isFrom def then def // { value = convert def.value; } else def) defs;
        in
        if to.merge ? v2 then mergeAndCheck loc to converted
        else { headError = headErrorOf check defs; value = merge loc to converted; valueMeta = { }; });
      inherit (to) emptyValue getSubOptions getSubModules;
      substSubModules = modules: coercedTo from convert (to.substSubModules modules);
      typeMerge = _: null;
      functor = defaultFunctor "coercedTo";
      nestedTypes = { coercedType = from; finalType = to; };
    };

  # A set with exactly one of the attributes that `declared` declares as options.
  attrTag = declared:
    let
      placeOf = name: unsafeGetAttrPos name declared;
      suffix = name: let pos = placeOf name; in if pos == null then "" else " at ${pos.file}:${toString pos.line}:${toString pos.column}";
      tags = mapAttrs
        (name: option:
          let
            pos = placeOf name;
            what =
              if option._type or null == "option-type" then "was a bare type, not wrapped in mkOption."
              else if option ? _type then "was of type ${escapeNixString option._type}."
              else "was not.";
          in
          addErrorContext "while checking that attrTag tag ${escapeNixIdentifier name} is an option with a type${suffix name}" (
            if option._type or null != "option"
            then throw "In attrTag, each tag value must be an option, but tag ${escapeNixIdentifier name} ${what}"
            else option // {
              declarations = option.declarations or (if pos == null then [ ] else [ pos.file ]);
              declarationPositions = option.declarationPositions or (if pos == null then [ ] else [ pos ]);
            }
          ))
        declared;
      choices = lib.concatMapStringsSep ", " escapeNixIdentifier (attrNames tags);
      asDeclaration = option: { options = option; _file = "<attrTag {...}>"; pos = null; };
    in
    mkOptionType {
      name = "attrTag";
      description = "attribute-tagged union with choices: ${choices}";
      descriptionClass = "noun";
      getSubOptions = prefix: mapAttrs (name: option: option // { loc = prefix ++ [ name ]; }) tags;
      check = value: isAttrs value && length (attrNames value) == 1 && tags ? ${head (attrNames value)};
      merge = positioned (loc: defs:
        let
          tagOf = def: head (attrNames def.value);
          tag = tagOf (head defs);
          others = filter (def: tagOf def != tag) defs;
          within = map (def: def // { value = def.value.${tag}; pos = unsafeGetAttrPos tag def.value; }) defs;
        in
        if others != [ ]
        then throw "The option `${showOption loc}` is defined both as `${tag}` and `${tagOf (head others)}`, in ${showFiles (getFiles defs)}."
        else if !(tags ? ${tag})
        then throw "The option `${showOption loc}` is defined as ${escapeNixIdentifier tag}, but ${escapeNixIdentifier tag} is not among the valid choices (${choices}). Value ${tag} was defined in ${showFiles (getFiles defs)}."
        else { ${tag} = (lib.modules.evalOptionValue (loc ++ [ tag ]) tags.${tag} within).value; });
      nestedTypes = tags;
      functor = defaultFunctor "attrTag" // {
        type = payload: lib.types.attrTag payload.tags;
        payload = { inherit tags; };
        binOp = a: b: {
          tags = a.tags // b.tags // mapAttrs
            (name: option:
              let other = a.tags.${name}; in
              lib.mergeOptionDecls [ name ] [ (asDeclaration other) (asDeclaration option) ] // {
                declarations = other.declarations ++ option.declarations;
                declarationPositions = other.declarationPositions ++ option.declarationPositions;
              })
            (intersectAttrs a.tags b.tags);
        };
      };
    };

  # What a format of configuration files can hold.
  serializableValueWith = { typeName, nullable ? true }:
    let
      value = (if nullable then nullOr plain else plain) // { description = "${typeName} value"; };
      plain = with lib.types; oneOf [ bool int float str path (attrsOf value) (listOf value) ];
    in
    value;
  json = serializableValueWith { typeName = "JSON"; };
  toml = serializableValueWith { typeName = "TOML"; nullable = false; };
}
