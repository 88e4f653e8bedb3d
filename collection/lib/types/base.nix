# What types are made with.
{ lib }:

let
  inherit (builtins) all filter;
  inherit (lib.options) mergeDefaultOption showDefs;
in
rec {
  isType = name: value: (value._type or "") == name;
  setType = name: value: value // { _type = name; };
  isOptionType = isType "option-type";

  # How a type is made again when it is declared twice: `type` of the payload that `binOp` makes of both (null: they differ).
  defaultFunctor = name: {
    inherit name;
    type = lib.types.${name} or null;
    payload = null;
    binOp = _: _: null;
  };

  # A type that has the type of its elements.
  elementFunctor = name: payload: {
    inherit name payload;
    type = lib.types.${name};
    binOp = a: b:
      let elemType = a.elemType.typeMerge b.elemType.functor; in
      if elemType == null then null else { inherit elemType; };
  };

  defaultTypeMerge = a: b:
    let payload = a.binOp a.payload b.payload; in
    if a.name != b.name then null
    else if a.payload == null then assert b.payload == null; a.type
    else assert b.payload != null; if payload == null then null else a.type payload;

  mergeTypes = a: b:
    assert isOptionType a && isOptionType b;
    let merged = a.typeMerge b.functor; in
    if merged == null then setType "merge-error" { error = "Cannot merge types"; } else merged;

  mkOptionType =
    { name
    , description ? null
      # The role of the description in a longer one: noun, conjunction, composite or nonRestrictiveClause.
    , descriptionClass ? null
    , check ? (_: true)
    , merge ? mergeDefaultOption
    , emptyValue ? { }
    , getSubOptions ? _: { }
    , getSubModules ? null
    , substSubModules ? _: null
    , typeMerge ? defaultTypeMerge functor
    , functor ? defaultFunctor name
    , deprecationMessage ? null
    , nestedTypes ? { }
    }:
    {
      _type = "option-type";
      inherit
        name descriptionClass check merge emptyValue getSubOptions getSubModules substSubModules typeMerge functor
        deprecationMessage nestedTypes;
      description = if description == null then name else description;
    };

  # The description within that of another type: in parentheses unless its class is among `plain`.
  phrase = plain: optionDescriptionPhrase (class: builtins.elem class plain);
  optionDescriptionPhrase = isPlain: type:
    if isPlain (type.descriptionClass or null) then type.description else "(${type.description})";

  # A merge function that checks, and a check that goes with it.
  merging = v2: rec {
    inherit v2;
    positioned = loc: defs: (v2 { inherit loc defs; }).value;
    __functor = _: positioned;
  };
  checking = check: { __functor = _: check; isV2MergeCoherent = true; };

  # A merge function that is told, and passes on, the positions of definitions.
  positioned = merge: { __functor = _: merge; positioned = merge; };

  # Whether a value that is alone is merged to itself. The value is of the type.
  isOwnMerge = type: type.merge.takesAsIs or (_: false);

  headErrorOf = check: defs:
    if all (def: check def.value) defs then null
    else { message = "Definition values: ${showDefs (filter (def: !check def.value) defs)}"; };

  # A type with a further condition.
  addCheck = type: check:
    let both = value: type.check value && check value; in
    if !(type.merge ? v2) then type // { check = both; }
    else type // {
      check = checking both;
      merge = merging ({ loc, defs }:
        let result = lib.modules._internal.mergeAndCheck loc type defs; in
        result // { headError = if result.headError != null then result.headError else headErrorOf check defs; });
    };
}
