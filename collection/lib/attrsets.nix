# Attribute sets: by path, by predicate, mapped, zipped and merged.
{ lib }:

let
  inherit (builtins)
    all attrNames attrValues concatMap elemAt filter foldl' groupBy hasAttr head isAttrs length listToAttrs mapAttrs
    partition zipAttrsWith;
in
rec {
  inherit (builtins)
    attrNames attrValues listToAttrs hasAttr isAttrs getAttr removeAttrs intersectAttrs catAttrs mapAttrs zipAttrsWith;

  # --- by path ---

  attrByPath = path: default: set:
    let
      depth = length path;
      descend = n: value:
        if n == depth then value
        else if value ? ${elemAt path n} then descend (n + 1) value.${elemAt path n}
        else default;
    in
    descend 0 set;

  hasAttrByPath = path: set:
    let
      depth = length path;
      descend = n: value: n == depth || (value ? ${elemAt path n} && descend (n + 1) value.${elemAt path n});
    in
    descend 0 set;

  longestValidPathPrefix = path: set:
    let
      depth = length path;
      descend = n: value: if n < depth && value ? ${elemAt path n} then descend (n + 1) value.${elemAt path n} else n;
    in
    lib.take (descend 0 set) path;

  setAttrByPath = path: value:
    let
      depth = length path;
      nest = n: if n == depth then value else { ${elemAt path n} = nest (n + 1); };
    in
    nest 0;

  getAttrFromPath = path: attrByPath path (abort "cannot find attribute '${builtins.concatStringsSep "." path}'");

  # Applies a list of { path; update; } to a value. Inner paths come before outer ones, and equal ones in their order.
  updateManyAttrsByPath =
    let
      apply = depth: exists: value: updates:
        let
          split = partition (u: length u.path == depth) updates;
          deeper = groupBy (u: elemAt u.path depth) split.wrong;
          missing = throw
            "updateManyAttrsByPath: Path '${showAttrPath (head split.right).path}' does not exist in the given value, but the first update to this path tries to access the existing value.";
          notSet = throw
            "updateManyAttrsByPath: Path '${showAttrPath (head split.wrong).path}' needs to be updated, but path '${showAttrPath (lib.take depth (head split.wrong).path)}' of the given value is not an attribute set, so we can't update an attribute inside of it.";
          inner =
            if split.wrong == [ ] then if exists then value else missing
            else if !exists then mapAttrs (_: apply (depth + 1) false null) deeper
            else if isAttrs value
            then value // mapAttrs (name: apply (depth + 1) (value ? ${name}) (value.${name} or null)) deeper
            else notSet;
        in
        # Lazily: an update that ignores what was there may replace what does not exist.
        lib.foldl (acc: u: u.update acc) inner split.right;
    in
    updates: value: apply 0 true value updates;

  showAttrPath = path:
    if path == [ ] then "<root attribute path>" else lib.concatMapStringsSep "." lib.escapeNixIdentifier path;

  # --- selecting ---

  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: genAttrs names (name: set.${name});
  filterAttrs = keep: set: removeAttrs set (filter (name: !keep name set.${name}) (attrNames set));

  filterAttrsRecursive = keep: set:
    mapAttrs (_: value: if isAttrs value then filterAttrsRecursive keep value else value) (filterAttrs keep set);

  # All values in a tree for which `wanted` holds; it does not look inside them.
  collect = wanted: tree:
    if wanted tree then [ tree ]
    else if isAttrs tree then concatMap (collect wanted) (attrValues tree)
    else [ ];

  matchAttrs = pattern: set:
    assert isAttrs pattern;
    all
      (name: set ? ${name} && (
        if isAttrs pattern.${name}
        then isAttrs set.${name} && matchAttrs pattern.${name} set.${name}
        else pattern.${name} == set.${name}
      ))
      (attrNames pattern);

  optionalAttrs = condition: set: if condition then set else { };

  # --- making and mapping ---

  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: { inherit name; value = f name; }) names);
  genAttrs' = list: f: listToAttrs (map f list);
  mapAttrs' = f: set: listToAttrs (attrValues (mapAttrs f set));
  mapAttrsToList = f: set: attrValues (mapAttrs f set);
  attrsToList = mapAttrsToList nameValuePair;
  concatMapAttrs = f: set: mergeAttrsList (attrValues (mapAttrs f set));

  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond = into: f:
    let
      go = path: mapAttrs (name: value:
        let here = path ++ [ name ]; in
        if isAttrs value && into value then go here value else f here value);
    in
    go [ ];

  mapAttrsToListRecursive = mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond = into: f:
    let
      go = path: set: concatMap
        (name:
          let here = path ++ [ name ]; value = set.${name}; in
          if isAttrs value && into here value then go here value else [ (f here value) ])
        (attrNames set);
    in
    go [ ];

  foldlAttrs = f: start: set: lib.foldl' (acc: name: f acc name set.${name}) start (attrNames set);

  # For each name, the values of all sets folded from the right.
  foldAttrs = op: start: sets: mapAttrs (_: values: lib.foldr op start values) (zipAttrs sets);

  cartesianProduct = lists:
    foldl' (rows: name: concatMap (row: map (value: row // { ${name} = value; }) lists.${name}) rows) [ { } ] (attrNames lists);
  mapCartesianProduct = f: lists: map f (cartesianProduct lists);

  # --- merging ---

  zipAttrs = zipAttrsWith (_: values: values);
  zipAttrsWithNames = names: f: sets: genAttrs names (name: f name (builtins.catAttrs name sets));

  # Pairwise in the manner of a tournament: each attribute is copied a logarithmic number of times.
  mergeAttrsList = sets:
    let
      merge = from: to:
        if to - from == 1 then elemAt sets from
        else let half = (from + to) / 2; in merge from half // merge half to;
    in
    if sets == [ ] then { } else merge 0 (length sets);

  recursiveUpdateUntil = stop: left: right:
    let
      merge = path: l: r:
        l // mapAttrs
          (name: value:
            let here = path ++ [ name ]; in
            if !(l ? ${name}) || stop here l.${name} value then value else merge here l.${name} value)
          r;
    in
    merge [ ] left right;

  recursiveUpdate = left: right:
    let
      merge = l: r:
        l // mapAttrs
          (name: value: if isAttrs value && isAttrs (l.${name} or null) then merge l.${name} value else value)
          r;
    in
    merge left right;

  overrideExisting = old: new: mapAttrs (name: value: new.${name} or value) old;

  unionOfDisjoint = a: b:
    let
      both = builtins.intersectAttrs a b;
      names = builtins.concatStringsSep " " (attrNames both);
    in
    a // b // mapAttrs (name: _: throw "unionOfDisjoint: collision on ${name}; complete list: ${names}") both;

  # --- derivations ---

  isDerivation = value: value.type or null == "derivation";

  # A store path as if it were a package.
  toDerivation = path:
    let
      outPath = builtins.storePath path;
      package = {
        type = "derivation";
        name = lib.strings.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf outPath));
        inherit outPath;
        outputs = [ "out" ];
        out = package;
        outputName = "out";
      };
    in
    package;

  # One output of a package, unless the package is an output that was chosen already.
  getOutput = output: package:
    if package.outputSpecified or false then package else package.${output} or package.out or package;

  getFirstOutput = candidates: package:
    let present = filter (output: hasAttr output package) candidates; in
    if package.outputSpecified or false || present == [ ] then package else package.${head present};

  getBin = getOutput "bin";
  getLib = getOutput "lib";
  getDev = getOutput "dev";
  getMan = getOutput "man";
  getStatic = getFirstOutput [ "static" "lib" "out" ];
  getInclude = getFirstOutput [ "include" "dev" "out" ];
  chooseDevOutputs = map getDev;

  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
}
