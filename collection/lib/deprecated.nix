# Functions of earlier times that modules and packages still call.
{ lib }:

let
  inherit (builtins) all any elem head isAttrs isList tail;
in
rec {
  fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  fakeSha256 = lib.strings.replicate 64 "0";
  fakeSha512 = lib.strings.replicate 128 "0";

  imap = lib.imap1;
  replaceChars = builtins.replaceStrings;
  mapAttrsFlatten = lib.mapAttrsToList;
  nvs = name: value: { ${name} = value; };
  setAttr = set: name: value: set // { ${name} = value; };
  maybeAttr = name: default: set: set.${name} or default;
  maybeAttrNullable = maybeAttr;
  setAttrMerge = name: default: set: f: set // { ${name} = f (set.${name} or default); };

  maybeEnv = name: default: let value = builtins.getEnv name; in if value == "" then default else value;

  # `value`, or what is empty of its kind.
  ifEnable = condition: value:
    if condition then value
    else if isList value then [ ]
    else if isAttrs value then { }
    else if builtins.isBool value then false
    else null;

  nixType = x:
    if isAttrs x then if x ? outPath then "derivation" else "attrs"
    else if lib.isFunction x then "function"
    else if isList x then "list"
    else if builtins.isBool x then "bool"
    else if x == null then "null"
    else if builtins.isInt x then "int"
    else "string";

  # --- arguments that are added up ---

  defaultMergeArg = x: y: if isAttrs y then y else y x;
  defaultMerge = x: y: x // defaultMergeArg x y;

  foldArgs = merge: f: init: x:
    let
      arg = merge init (defaultMergeArg init x);
      base = setAttrMerge "passthru" { } (f arg) (passthru: passthru // {
        function = foldArgs merge f arg;
        args = passthru.args or { } // x;
      });
    in
    base // { override = base.passthru.function; };

  innerModifySumArgs = f: x: a: b: if b == null then f a b // x else innerModifySumArgs f x (a // b);
  modifySumArgs = f: x: innerModifySumArgs f x { };

  # --- flags in sets and argument lists ---

  checkFlag = set: name:
    if name == "true" then true
    else if name == "false" then false
    else elem name (set.flags or [ ]) || set.${name} or false;

  getValue = set: args: name:
    set.${name} or (
      if checkFlag set name then true
      else if args == [ ] then null
      else if head (head args) == name then head (tail (head args))
      else getValue set (tail args) name
    );

  checkReqs = set: args: requirements:
    all
      (requirement: !checkFlag set (head requirement)
        || all (name: let value = getValue set args name; in value != null && value != false) (tail requirement))
      requirements;

  condConcat = text: pairs: holds:
    if pairs == [ ] then text
    else condConcat (if holds (head pairs) then text + head (tail pairs) else text) (tail (tail pairs)) holds;

  # --- lists without doubles, closures ---

  uniqList = { inputList, acc ? [ ] }:
    let go = seen: list: if list == [ ] then [ ] else
      let x = head list; rest = tail list; in
      if elem x seen then go seen rest else [ x ] ++ go (seen ++ [ x ]) rest;
    in
    go acc inputList;

  uniqListExt = { inputList, outputList ? [ ], getter ? lib.id, compare ? (x: y: x == y) }:
    builtins.foldl' (out: x: if any (y: compare (getter y) (getter x)) out then out else out ++ [ x ]) outputList inputList;

  lazyGenericClosure = { startSet, operator }:
    let
      work = todo: keys: done:
        if todo == [ ] then done
        else
          let x = head todo; in
          if elem x.key keys then work (tail todo) keys done
          else work (tail todo ++ operator x) ([ x.key ] ++ keys) ([ x ] ++ done);
    in
    work startSet [ ] [ ];

  innerClosePropagation = found: todo:
    if todo == [ ] then found
    else
      let x = head todo; next = [ x ] ++ found; in
      if !isAttrs x then innerClosePropagation found (tail todo)
      else innerClosePropagation next (uniqList {
        inputList = x.propagatedBuildInputs or [ ] ++ x.propagatedNativeBuildInputs or [ ] ++ tail todo;
        acc = next;
      });

  # The packages and all that they propagate. With many, one pass of genericClosure by their store paths.
  closePropagation = packages:
    if all (x: x ? outPath) packages
    then map (x: x.value) (builtins.genericClosure {
      startSet = map asNode (lib.filter (x: x != null) packages);
      operator = node: map asNode (lib.filter (x: x != null)
        (node.value.propagatedBuildInputs or [ ] ++ node.value.propagatedNativeBuildInputs or [ ]));
    })
    else uniqList { inputList = innerClosePropagation [ ] packages; };
  asNode = x: { key = builtins.unsafeDiscardStringContext x.outPath; value = x; };

  # --- sets merged by functions for each attribute ---

  mergeAttrsWithFunc = f: a: b: builtins.mapAttrs (name: value: if b ? ${name} then f value b.${name} else value) (b // a);
  mergeAttrsConcatenateValues = mergeAttrsWithFunc (x: y: lib.toList x ++ lib.toList y);

  mergeAttrsNoOverride = { mergeLists ? [ "buildInputs" "propagatedBuildInputs" ], overrideSnd ? [ "buildPhase" ] }: a: b:
    let
      merge = name: value:
        if !(a ? ${name}) then value
        else if elem name mergeLists then value ++ a.${name}
        else if elem name overrideSnd then a.${name}
        else throw "error mergeAttrsNoOverride, attribute ${name} given in both attributes - no merge func defined";
    in
    a // builtins.mapAttrs merge b;

  mergeAttrBy =
    lib.genAttrs
      [ "nativeBuildInputs" "buildInputs" "propagatedBuildInputs" "configureFlags" "prePhases" "postAll" "patches" ]
      (_: lib.concat)
    // lib.genAttrs [ "passthru" "meta" "cfg" "flags" ] (_: lib.mergeAttrs)
    // lib.genAttrs [ "preConfigure" "postInstall" ] (_: x: y: "${x}\n${y}");

  mergeAttrByFunc = x: y:
    let
      functions = { mergeAttrBy = lib.mergeAttrs; } // x.mergeAttrBy or { } // y.mergeAttrBy or { };
      inEither = lib.filterAttrs (name: _: x ? ${name} || y ? ${name}) functions;
      merge = name: f: if x ? ${name} then if y ? ${name} then f x.${name} y.${name} else x.${name} else y.${name};
    in
    x // y // builtins.mapAttrs merge inEither;
  mergeAttrsByFuncDefaults = lib.foldl mergeAttrByFunc { inherit mergeAttrBy; };
  mergeAttrsByFuncDefaultsClean = list: removeAttrs (mergeAttrsByFuncDefaults list) [ "mergeAttrBy" ];
}
