# Lists, attribute sets and functions of a type.
{ lib, base }:

let
  inherit (builtins)
    all attrNames concatLists concatMap filter foldl' head isAttrs isList length mapAttrs removeAttrs tail typeOf
    unsafeGetAttrPos zipAttrsWith;
  inherit (lib) imap1;
  inherit (lib.options) showDefs showOption;
  inherit (lib.modules) mergeDefinitions mkDefinition mkOrder mkOverride;
  inherit (lib.modules._internal) evalElement mergeValues takesAsIs;
  inherit (base) addCheck checking elementFunctor headErrorOf merging mkOptionType phrase positioned;

  isPlain = value: !(value ? _type);
  elementPhrase = phrase [ "noun" "composite" ];

  # What a type of elements has from the type of its elements. `again` makes it for another type of elements.
  overElements = elemType: step: again: {
    descriptionClass = "composite";
    getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ step ]);
    inherit (elemType) getSubModules;
    substSubModules = modules: again (elemType.substSubModules modules);
    nestedTypes = { inherit elemType; };
  };
in
rec {
  # --- lists ---

  listOf = elemType: mkOptionType (overElements elemType "*" listOf // {
    name = "listOf";
    description = "list of ${elementPhrase elemType}";
    check = checking isList;
    emptyValue.value = [ ];
    functor = elementFunctor "listOf" { inherit elemType; } // { type = payload: lib.types.listOf payload.elemType; };
    merge = merging ({ loc, defs }:
      let
        place = n: m: loc ++ [ "[definition ${toString n}-entry ${toString m}]" ];
        evals = concatLists (imap1
          (n: def: filter (e: e.isDefined)
            (imap1 (m: value: evalElement (place n m) elemType [ (def // { inherit value; }) ]) def.value))
          defs);

        # Plain elements of a simple type need no more than a check.
        simple = concatLists (imap1
          (n: def: imap1
            (m: value: if takesAsIs elemType value then value else mergeValues (place n m) elemType [ (def // { inherit value; }) ])
            def.value)
          defs);
        isSimple = !(elemType.merge ? v2) && all (def: all isPlain def.value) defs;
      in
      {
        headError = headErrorOf isList defs;
        value = if isSimple then simple else map (e: e.mergedValue) evals;
        valueMeta.list = map (e: e.checkedAndMerged.valueMeta) evals;
      }) // { takesAsIs = value: value == [ ]; };
  });

  nonEmptyListOf = elemType:
    let list = addCheck (lib.types.listOf elemType) (l: l != [ ]); in
    list // {
      description = "non-empty ${phrase [ "noun" ] list}";
      emptyValue = { };
      substSubModules = modules: nonEmptyListOf (elemType.substSubModules modules);
    };

  # --- attribute sets ---

  attrsOf = elemType: attrsWith { inherit elemType; };

  # Lazy in its values; an attribute is there even if its condition does not hold.
  lazyAttrsOf = elemType: attrsWith { inherit elemType; lazy = true; };

  attrsWith = { elemType, lazy ? false, placeholder ? "name" }:
    mkOptionType (overElements elemType "<${placeholder}>" (elemType: attrsWith { inherit elemType lazy placeholder; }) // {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = "${if lazy then "lazy attribute set" else "attribute set"} of ${elementPhrase elemType}";
      check = checking isAttrs;
      emptyValue.value = { };
      functor = elementFunctor "attrsWith" { inherit elemType lazy placeholder; } // {
        binOp = a: b:
          let
            elemType = a.elemType.typeMerge b.elemType.functor;
            placeholder =
              if a.placeholder == b.placeholder || b.placeholder == "name" then a.placeholder
              else if a.placeholder == "name" then b.placeholder
              else null;
          in
          if elemType == null || a.lazy != b.lazy || placeholder == null then null
          else { inherit elemType placeholder; inherit (a) lazy; };
      };
      merge = merging ({ loc, defs }:
        let
          open = def: mapAttrs (name: value: { inherit (def) file; inherit value; pos = unsafeGetAttrPos name def.value; }) def.value;
          element = name: evalElement (loc ++ [ name ]) elemType;
          all =
            if tail defs == [ ] then mapAttrs (name: def: element name [ def ]) (open (head defs))
            else zipAttrsWith element (map open defs);
          undefined = if lazy then [ ] else filter (name: !all.${name}.isDefined) (attrNames all);
          evals = if undefined == [ ] then all else removeAttrs all undefined;
        in
        {
          headError = headErrorOf isAttrs defs;
          value = mapAttrs (_: e: e.mergedValue) evals;
          valueMeta.attrs = mapAttrs (_: e: e.checkedAndMerged.valueMeta) evals;
        }) // { takesAsIs = value: { } == value; };
    });

  loaOf = elemType: lib.types.attrsOf elemType // {
    name = "loaOf";
    deprecationMessage =
      "Mixing lists with attribute values is no longer possible; please use `types.attrsOf` instead. See https://github.com/NixOS/nixpkgs/issues/1800 for the motivation.";
    nestedTypes.elemType = elemType;
  };

  # --- attribute sets in a given order ---

  attrListOf = elemType: attrListWith { inherit elemType; };

  # A list of sets with one attribute each; names may come twice. Definitions are sets, or such lists.
  attrListWith = { elemType, asAttrs ? false, mergeAttrValues ? _: values: values }:
    let
      description = "attribute list of ${elementPhrase elemType}";
      inherit (lib.modules) defaultOrderPriority defaultOverridePriority;

      # Order and priority may be in either order around a value; the priority stays around it for the type of the elements.
      open = value:
        let inner = open value.content; in
        {
          order = { inherit (inner) value priority; order = value.priority; };
          override = { inherit (inner) order; inherit (value) priority; value = mkOverride value.priority inner.value; };
        }.${value._type or ""} or { inherit value; order = defaultOrderPriority; priority = defaultOverridePriority; };

      refuse = loc: def: what:
        throw "A definition for option `${showOption loc}' is not of type `${description}'. ${what}.${showDefs [ def ]}";

      fromElement = loc: def: element:
        let
          isOrdered = element._type or null == "order";
          set = if isOrdered then element.content else element;
          key = head (attrNames set);
          opened = open set.${key};
          here = def // { value = element; };
        in
        if !isAttrs set then refuse loc here "Each list element must be an attribute set, but got ${typeOf set}"
        else if length (attrNames set) != 1
        then refuse loc here "Each list element must be a single-key attribute set, but got ${toString (length (attrNames set))} keys"
        else opened // { inherit (def) file; inherit key; order = if isOrdered then element.priority else opened.order; };

      fromDefinition = loc: def:
        if isList def.value then map (fromElement loc def) def.value
        else map (key: open def.value.${key} // { inherit (def) file; inherit key; }) (attrNames def.value);
    in
    mkOptionType (overElements elemType "*" (elemType: attrListWith { inherit elemType asAttrs mergeAttrValues; }) // {
      name = "attrListOf";
      inherit description;
      check = checking (value: isList value || isAttrs value);
      emptyValue.value = if asAttrs then { } else [ ];
      typeMerge = _: null;
      merge = merging ({ loc, defs }:
        let
          items = concatMap (fromDefinition loc) defs;
          best = mapAttrs (_: of: foldl' lib.min 9999 (map (item: item.priority) of)) (builtins.groupBy (item: item.key) items);
          chosen = builtins.sort (a: b: a.order < b.order) (filter (item: item.priority == best.${item.key}) items);
          evals = filter (e: e.merged.isDefined) (map
            (item: {
              inherit (item) file key order;
              merged = mergeDefinitions (loc ++ [ item.key ]) elemType [ { inherit (item) file value; } ];
            })
            chosen);
          list = map (e: { ${e.key} = e.merged.mergedValue; }) evals;
        in
        {
          headError = headErrorOf (value: isList value || isAttrs value) defs;
          value = if asAttrs then zipAttrsWith mergeAttrValues list else list;
          valueMeta = {
            attrList = map (e: e.merged.checkedAndMerged.valueMeta) evals;
            attrListValue = list;
            definitions = map (e: mkDefinition { inherit (e) file; value = mkOrder e.order { ${e.key} = e.merged.mergedValue; }; }) evals;
          };
        });
    });

  # --- functions ---

  # Definitions are merged in their results.
  functionTo = elemType:
    mkOptionType (overElements elemType "<function body>" functionTo // {
      name = "functionTo";
      description = "function that evaluates to a(n) ${elementPhrase elemType}";
      check = lib.isFunction;
      functor = elementFunctor "functionTo" { inherit elemType; } // { type = payload: lib.types.functionTo payload.elemType; };
      merge = positioned (loc: defs: {
        __functionArgs = zipAttrsWith (_: all (optional: optional)) (map (def: lib.functionArgs def.value) defs);
        __functor = _: argument:
          (mergeDefinitions (loc ++ [ "<function body>" ]) elemType (map (def: def // { value = def.value argument; }) defs)).mergedValue;
      });
    });
}
