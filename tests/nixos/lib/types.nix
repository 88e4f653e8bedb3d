# Each type: its name, description, what it takes, what it makes of definitions, and how it merges with others.
{ lib }:
with lib;
let
  types = with lib.types; {
    inherit raw anything unspecified bool boolByOr int float number str nonEmptyStr singleLineStr lines commas envVar attrs package
      shellPackage path pathInStore externalPath luaInline port optionType optionDeclaration deferredModule json toml;
    between = ints.between 1 10;
    inherit (ints) unsigned positive u8 u16 u32 s8 s16 s32;
    numbersBetween = numbers.between 0.5 2;
    inherit (numbers) nonnegative;
    numbersPositive = numbers.positive;
    matching = strMatching "[a-z]+";
    separated = separatedString "; ";
    passwd = passwdEntry str;
    passwdLine = passwdEntry singleLineStr;
    pathWith = pathWith { };
    relativePath = pathWith { absolute = false; };
    listOfInt = listOf int;
    nonEmptyList = nonEmptyListOf str;
    attrsOfInt = attrsOf int;
    lazy = lazyAttrsOf str;
    placeholder = attrsWith { elemType = str; placeholder = "user"; };
    attrList = attrListOf int;
    listOfEither = listOf (either int str);
    nested = attrsOf (listOf (nullOr (enum [ "a" "b" ])));
    unique = unique { message = "once"; } str;
    uniq = uniq (listOf int);
    nullOr = nullOr int;
    nullOrEnum = nullOr (enum [ "x" ]);
    functionTo = functionTo str;
    either = either int str;
    eitherUnsigned = either ints.unsigned str;
    eitherList = either (listOf str) (attrsOf int);
    oneOf = oneOf [ int bool (listOf str) ];
    enum = enum [ "a" 1 true null ];
    enumOne = enum [ "a" ];
    enumNone = enum [ ];
    coerced = coercedTo int toString str;
    coercedList = coercedTo str singleton (listOf str);
    submodule = submodule { options.x = mkOption { type = int; default = 1; }; };
    freeform = submodule { freeformType = attrsOf int; };
    described = submoduleWith { modules = [ ]; description = "a thing"; };
    deferred = deferredModuleWith { staticModules = [ ]; };
    tag = attrTag { left = mkOption { type = int; }; right = mkOption { type = str; }; };
    checked = addCheck int (x: x > 5);
    checkedList = addCheck (listOf int) (l: length l == 2);
    value = serializableValueWith { typeName = "X"; };
  };

  values = [
    null true false 0 1 7 42 (-5) 300 70000 1.5 "" "a" "abc" "a:b" "line\n" "two\nlines" "/abs" "./rel" "/nix/store/0lz9p8xhf89kb1c1kk6jxrzskaiygnlh-bash" ./types.nix
    [ ] [ 1 ] [ 1 2 ] [ "a" "b" ] [ null ] { } { a = 1; } { x = 3; } { left = 1; } { a = [ "a" null ]; } { _type = "lua-inline"; expr = "1"; } { _type = "option"; }
    { type = "derivation"; shellPath = "/sh"; outPath = "/o"; } (x: x)
  ];

  merged = type: definitions:
    let result = builtins.tryEval (builtins.toJSON (mergeDefinitions [ "o" ] type (map (value: { file = "f"; inherit value; }) definitions)).mergedValue); in
    if result.success then builtins.fromJSON result.value else "fails";

  definitions = [
    [ ] [ 1 ] [ 1 1 ] [ 1 2 ] [ 7 7 ] [ true false ] [ "a" "a" ] [ "a" "b" ] [ [ 1 ] [ 2 ] ] [ [ "a" ] [ "b" "c" ] ] [ null null ] [ null 1 ] [ { a = 1; } { b = 2; } ] [ { a = 1; } { a = 2; } ] [ { a = 1; } { a = 1; } ]
    [ { left = 3; } ] [ { left = 1; } { right = "a"; } ] [ { x = 5; } { } ] [ "line\n" ] [ "a" [ "b" ] ] [ 5 "5" ] [ { a = [ "a" ]; } { a = [ null "b" ]; } ]
    [ (mkForce 7) 8 ] [ (mkDefault "a") "b" ] [ (mkMerge [ [ 1 ] [ 2 ] ]) ] [ (mkIf false 1) ] [ (mkIf true "a") ] [ (mkAfter [ 1 ]) [ 2 ] (mkBefore [ 3 ]) ] [ { a = mkIf false 1; b = mkForce 2; } { b = 3; } ] [ [ (mkIf false 1) 2 ] ]
    [ (mkOrder 5 "z") "y" ] [ (mkMerge [ (mkIf true { a = 1; }) (mkForce { b = 2; }) ]) ]
  ];

  # These contain themselves: whether they can merge never ends.
  recursive = [ "json" "toml" "value" ];
  sorted = attrNames types;
in
mapAttrs
  (_: type: {
    inherit (type) name description;
    descriptionClass = type.descriptionClass or null;
    takes = map (value: (builtins.tryEval (type.check value)).value) values;
    merges = map (merged type) definitions;
    empty = type.emptyValue;
    merge = map (other: let t = type.typeMerge types.${other}.functor; in if t == null then 0 else t.description)
      (filter (other: types.${other}.functor.name == type.functor.name && !elem type.functor.name [ "attrListOf" "either" ] && !elem other recursive && type.description != "JSON value" && !hasSuffix " value" type.description) sorted);
  })
  types
// {
  functions = [
    (isOptionType types.int) (isOptionType 1) (isType "x" { _type = "x"; }) (setType "y" { }) (lib.types.mergeTypes types.int types.int).name
    (lib.types.mergeTypes types.int types.str)._type ((defaultFunctor "int").name) (mkOptionType { name = "mine"; }).description
    (merged (mkOptionType { name = "mine"; }) [ [ 1 ] [ 2 ] ]) (merged (mkOptionType { name = "mine"; }) [ "a" "b" ]) (merged (mkOptionType { name = "mine"; }) [ { a = 1; } { b = 1; } ])
  ];
  # A type of somebody who takes exactly a file and a value of each definition.
  strictMerge = merged (mkOptionType { name = "strict"; merge = loc: defs: map ({ file, value }: value) defs; }) [ 1 2 ];
  emptyEither = (builtins.tryEval (lib.types.oneOf [ ])).success;
  functionTo = (mergeDefinitions [ "f" ] types.functionTo [ { file = "a"; value = { x, y ? 1 }: x; } ]).mergedValue { x = "called"; };
  functionToArgs = functionArgs (mergeDefinitions [ "f" ] types.functionTo [ { file = "a"; value = { x, y ? 1 }: x; } { file = "b"; value = { y ? 2, ... }: ""; } ]).mergedValue;
  anythingFunction = (mergeDefinitions [ "f" ] types.anything [ { file = "a"; value = x: { a = x; }; } { file = "b"; value = x: { b = x; }; } ]).mergedValue 3;
}
