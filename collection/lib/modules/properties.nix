# Properties wrap a definition: a condition (mkIf), several definitions in one (mkMerge), a priority by which it overrides
# others (mkOverride: the lowest number wins), a place among others (mkOrder), and the file that it comes from
# (mkDefinition).
{ lib }:

let
  inherit (builtins) any concatMap foldl' head isAttrs isBool length mapAttrs sort;
in
rec {
  defaultOverridePriority = 100;
  defaultOrderPriority = 1000;

  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkDefinition = args@{ file, value, ... }: args // { _type = "definition"; };

  mkAssert = assertion: message: mkIf (assertion || throw "\nFailed assertion: ${message}");

  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkFixStrictness = lib.warn
    "lib.mkFixStrictness has no effect and will be removed. It returns its argument unmodified, so you can just remove any calls."
    lib.id;

  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  # A definition with its innermost value changed.
  mapDefinitionValue = f: def:
    let into = name: def // { ${name} = mapDefinitionValue f def.${name}; }; in
    {
      merge = def // { contents = map (mapDefinitionValue f) def.contents; };
      "if" = into "content";
      override = into "content";
      order = into "content";
      definition = into "value";
    }.${def._type or ""} or (f def);

  # The sets of a definition that lie above all options, with its conditions and priorities moved onto their attributes: that
  # is what lets a condition depend on the whole configuration.
  pushDownProperties = content:
    let
      pushed = wrap: map (set: if isAttrs set then mapAttrs (_: wrap) set else set) (pushDownProperties content.content);
    in
    {
      merge = concatMap pushDownProperties content.contents;
      "if" = pushed (mkIf content.condition);
      override = pushed (mkOverride content.priority);
    }.${content._type or ""} or [ content ];

  # The definitions within mkMerge, and within those mkIf whose condition holds.
  dischargeProperties = value:
    let type = value._type or null; in
    if type == "merge" then concatMap dischargeProperties value.contents
    else if type == "if" then
      if !isBool value.condition then throw "‘mkIf’ called with a non-Boolean condition"
      else if value.condition then dischargeProperties value.content
      else [ ]
    else [ value ];

  filterOverrides = defs: (filterOverrides' defs).values;

  # The definitions of the best priority, without it: { values; highestPrio; }.
  filterOverrides' =
    let
      isOverride = def: def.value._type or null == "override";
      priorityOf = def: if def.value._type or null == "override" then def.value.priority else defaultOverridePriority;
      strip = def: def // { value = def.value.content; };
    in
    defs:
    if !any isOverride defs
    then { values = defs; highestPrio = if defs == [ ] then 9999 else defaultOverridePriority; }
    else if length defs == 1 then { values = [ (strip (head defs)) ]; highestPrio = priorityOf (head defs); }
    else
      let highestPrio = foldl' (best: def: let p = priorityOf def; in if p < best then p else best) 9999 defs; in
      {
        values = concatMap
          (def:
            if def.value._type or null == "override" then if def.value.priority == highestPrio then [ (strip def) ] else [ ]
            else if highestPrio == defaultOverridePriority then [ def ]
            else [ ])
          defs;
        inherit highestPrio;
      };

  # Definitions in the order that mkOrder asks for; equal ones stay as they are.
  sortProperties = defs:
    let
      strip = def:
        if def.value._type or null == "order"
        then def // { value = def.value.content; inherit (def.value) priority; }
        else def;
      priorityOf = def: def.priority or defaultOrderPriority;
    in
    sort (a: b: priorityOf a < priorityOf b) (map strip defs);
}
