# The definitions of one option become one value: properties are resolved, each value is checked, the type merges them.
# A definition is { file; value; } and, when it comes from a module, `pos`: where in the file it stands, for errors. Types of
# others never see `pos`: some take exactly { file, value }.
{ lib }:

let
  inherit (builtins) addErrorContext all any concatMap filter head mapAttrs removeAttrs tail;
  inherit (lib.options) showDefs showFiles showOption;
  inherit (import ./properties.nix { inherit lib; })
    defaultOverridePriority dischargeProperties filterOverrides' pushDownProperties sortProperties;

  # The definitions left when properties are resolved, in order: { values; highestPrio; }.
  resolve = defs:
    let
      discharged = concatMap
        (def:
          let kind = addErrorContext "while evaluating definitions from `${def.file}':" (def.value._type or null); in
          if kind == "if" || kind == "merge" then
            map
              (value: if value._type or null == "definition" then value else def // { inherit value; })
              (addErrorContext "while evaluating definitions from `${def.file}':" (dischargeProperties def.value))
          else if kind == "definition" then [ def.value ]
          else [ def ])
        defs;
      chosen = filterOverrides' discharged;
    in
    {
      values = if any (def: def.value._type or null == "order") chosen.values then sortProperties chosen.values else chosen.values;
      inherit (chosen) highestPrio;
    };

  # Most definitions are plain values.
  isPlain = def: addErrorContext "while evaluating definitions from `${def.file}':" (!(def.value ? _type));
  arePlain = defs:
    addErrorContext "while evaluating definitions from ${showFiles (map (def: def.file) defs)}:" (all (def: !(def.value ? _type)) defs);

  resolveQuickly = defs:
    if arePlain defs
    then { values = defs; highestPrio = if defs == [ ] then 9999 else defaultOverridePriority; }
    else resolve defs;

  # Whether a type takes a plain value that is alone as it stands. Merge functions say of which values that is so.
  takesAsIs = type: value:
    type.merge ? takesAsIs
    && (if type.merge ? v2 then type.check.isV2MergeCoherent or false else type.check value)
    && type.merge.takesAsIs value;

  # Types whose merge function says `positioned` know of `pos`.
  withoutPositions = map (def: if def ? pos then removeAttrs def [ "pos" ] else def);
  forType = type: defs: if type.merge ? positioned then defs else withoutPositions defs;

  incoherent = loc: type: throw ''
    The option `${showOption loc}' has a type `${type.description}' that uses
    an ad-hoc `type // { check = ...; }' override, which is incompatible with
    the v2 merge mechanism.

    Please use `lib.types.addCheck` instead of `type // { check }' to add
    custom validation. For example:

      lib.types.addCheck baseType (value: /* your check */)

    instead of:

      baseType // { check = value: /* your check */; }

    Alternatively, this message may also occur as false positive when mixing Nixpkgs
    versions, if one Nixpkgs is between 83fed2e6..58696117 (Aug 28 - Oct 28 2025)
  '';

  # { headError; value; valueMeta; } of at least one definition, for a type whose merge function checks as it merges (`v2`).
  mergeAndCheck = loc: type: defs:
    if type.check.isV2MergeCoherent or false
    then type.merge.v2 { inherit loc; defs = forType type defs; }
    else incoherent loc type;

  # The same for any type. What a type of the older kind has as `value` is not merged unless it is asked for.
  checkAndMerge = loc: type: defs:
    if type.merge ? v2 then mergeAndCheck loc type defs
    else {
      headError = if all (def: type.check def.value) defs then null
        else { message = "Definition values: ${showDefs (filter (def: !type.check def.value) defs)}"; };
      value = merge loc type defs;
      valueMeta = { };
    };

  # Without a check.
  merge = loc: type: defs:
    if type.merge ? positioned then type.merge.positioned loc defs else type.merge loc (withoutPositions defs);

  wrongType = loc: type: "A definition for option `${showOption loc}' is not of type `${type.description}'.";

  valueOf = loc: type: result:
    if result.headError or null != null
    then throw "${wrongType loc type} TypeError: ${result.headError.message}"
    else result.value;

  # The value of definitions without properties.
  mergeValues = loc: type: defs:
    if type.merge ? v2 then valueOf loc type (mergeAndCheck loc type defs)
    else if all (def: type.check def.value) defs then merge loc type defs
    else throw "${wrongType loc type} Definition values:${showDefs (filter (def: !type.check def.value) defs)}";

  undefined = loc: throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.";

  mergeDefinitions = loc: type: defs: rec {
    defsFinal' = resolveQuickly defs;
    defsFinal = defsFinal'.values;
    isDefined = defsFinal != [ ];

    checkedAndMerged =
      if type.merge ? v2
      then
        let result = mergeAndCheck loc type defsFinal; in
        { inherit (result) headError value; valueMeta = result.valueMeta // { _internal = { inherit type; }; }; }
      else { headError = null; value = mergedValue; valueMeta = { }; };

    mergedValue =
      if isDefined then
        if type.merge ? v2 then valueOf loc type checkedAndMerged else mergeValues loc type defsFinal
      else if type.emptyValue ? value then type.emptyValue.value
      else undefined loc;

    optionalValue = if isDefined then { value = mergedValue; } else { };
  };

  # The same for one definition without properties, which has the priority.
  mergeSingle = loc: type: highestPrio: def:
    let
      defs = [ def ];
      checked = mergeAndCheck loc type defs;
      mergedValue =
        if takesAsIs type def.value then def.value
        else if type.merge ? v2 then valueOf loc type checked
        else mergeValues loc type defs;
    in
    {
      isDefined = true;
      inherit mergedValue;
      defsFinal = defs;
      defsFinal' = { values = defs; inherit highestPrio; };
      checkedAndMerged =
        if type.merge ? v2
        then { inherit (checked) headError value; valueMeta = checked.valueMeta // { _internal = { inherit type; }; }; }
        else { headError = null; value = mergedValue; valueMeta = { }; };
    };

  # An element of a list or an attribute set.
  evalElement = loc: type: defs:
    if tail defs == [ ] && isPlain (head defs) then mergeSingle loc type defaultOverridePriority (head defs)
    else mergeDefinitions loc type defs;

  # For an option of type attrsOf: for each attribute its value and its priority.
  mergeAttrDefinitionsWithPrio = option:
    let
      byName = lib.zipAttrs (concatMap
        (def: map (mapAttrs (_: value: def // { inherit value; })) (pushDownProperties def.value))
        option.definitionsWithLocations);
    in
    assert option.type.name == "attrsOf" || option.type.name == "lazyAttrsOf";
    mapAttrs
      (name: defs:
        let merged = mergeDefinitions (option.loc ++ [ name ]) option.type.nestedTypes.elemType defs; in
        { value = merged.mergedValue; inherit (merged.defsFinal') highestPrio; })
      byName;
in
{
  inherit
    isPlain checkAndMerge evalElement forType merge mergeAndCheck mergeAttrDefinitionsWithPrio mergeDefinitions mergeSingle
    mergeValues takesAsIs withoutPositions;
}
