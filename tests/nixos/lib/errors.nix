# Configurations that cannot be: each value fails, in words that users know.
{ lib }:
with lib;
let
  eval = modules: (evalModules { inherit modules; }).config;
  optionA = type: { options.a = mkOption { inherit type; }; };
  first = { _file = "/etc/first.nix"; };
  second = { _file = "/etc/second.nix"; };
in
{
  conflict = (eval [ ./errors/declare.nix ./errors/one.nix ./errors/two.nix ]).port;
  conflictThree = (eval [ (optionA types.int) (first // { a = 1; }) (second // { a = 1; }) { a = 2; } ]).a;
  wrongType = (eval [ ./errors/declare.nix ./errors/wrong.nix ]).port;
  wrongTypes = (eval [ (optionA types.str) (first // { a = 1; }) (second // { a = [ { x = 1; } ]; }) ]).a;
  wrongElement = (eval [ (optionA (types.listOf types.int)) (first // { a = [ 1 "x" ]; }) ]).a;
  wrongAttribute = (eval [ (optionA (types.attrsOf types.int)) (first // { a.b = "x"; }) ]).a;
  wrongInCondition = (eval [ ./errors/declare.nix ./errors/condition.nix ]).port;
  undefined = (eval [ (optionA types.int) ]).a;
  misspelt = eval [ ./errors/declare.nix ./errors/misspelt.nix ];
  misspeltTwice = eval [ (optionA types.int) { options.bar = mkOption { }; options.baz = mkOption { }; } (first // { bas = 1; }) ];
  farFromAll = eval [ (optionA types.int) (first // { services.something.enable = true; }) ];
  inSubmodule = (eval [ ./errors/declare.nix ./errors/submodule.nix ]).users;
  optionInConfig = eval [ (first // { a = mkOption { }; }) ];
  readOnly = (eval [ { options.a = mkOption { type = types.int; readOnly = true; default = 1; }; } (first // { a = 2; }) ]).a;
  declaredTwice = eval [ ./errors/declare.nix ./errors/again.nix ];
  parent = eval [ (first // { options.a = mkOption { type = types.int; }; }) (second // { options.a.b = mkOption { }; }) ];
  bareType = eval [ (first // { options.a.b = types.int; }) ];
  notASet = eval [ { options.a.b = mkOption { }; } (first // { a = 5; }) ];
  notADeclaration = eval [ (first // { options.a = 5; }) ];
  unsupported = eval [ { key = "k"; options = { }; a = 1; b = 2; } ];
  notAModule = eval [ 5 ];
  nestedList = eval [ [ { } ] ];
  configuration = eval [ (evalModules { modules = [ ]; }) ];
  flake = (evalModules { class = "nixos"; modules = [ (first // { imports = [ { _type = "flake"; } ]; }) ]; }).config;
  wrongClass = (evalModules { class = "nixos"; modules = [ (first // { _class = "darwin"; }) ]; }).config;
  badDisabled = eval [ (first // { disabledModules = [ { } ]; }) ];
  disabledNumber = eval [ (first // { disabledModules = [ (x: x) ]; }) ];
  missingArgument = eval [ ({ nope, ... }: { options.a = nope; }) ];
  condition = (eval [ (optionA types.int) (first // { a = mkIf "yes" 1; }) ]).a;
  nullAndNot = (eval [ (optionA (types.nullOr types.int)) (first // { a = null; }) (second // { a = 1; }) ]).a;
  unique = (eval [ (optionA (types.unique { message = "One only."; } types.int)) (first // { a = 1; }) (second // { a = 2; }) ]).a;
  raw = (eval [ (optionA types.raw) (first // { a = 1; }) (second // { a = 2; }) ]).a;
  anythingKinds = (eval [ (optionA types.anything) (first // { a = 1; }) (second // { a = "x"; }) ]).a;
  cannotMerge = (eval [ { options.a = mkOption { }; } (first // { a = 1; }) (second // { a = "x"; }) ]).a;
  tagTwice = (eval [ (optionA (types.attrTag { x = mkOption { type = types.int; }; y = mkOption { type = types.int; }; })) (first // { a.x = 1; }) (second // { a.y = 1; }) ]).a;
  badTag = types.attrTag { x = types.int; };
  tagNotAnOption = (types.attrTag { x = types.int; }).nestedTypes.x;
  removed = (eval [ { options.assertions = mkOption { }; } (mkRemovedOptionModule [ "old" ] "Use new.") (first // { old = 1; }) ]).old;
  renamedAway = (eval [ (mkAliasOptionModule [ "old" ] [ "new" ]) { old = 1; } ]).old;
  adHocCheck = (eval [ (optionA (types.listOf types.int // { check = x: true; })) { a = [ 1 ]; } ]).a;
  submoduleClass = (eval [ { options.s = mkOption { type = types.submoduleWith { modules = [ ]; class = "x"; }; }; } { options.s = mkOption { type = types.submoduleWith { modules = [ ]; class = "y"; }; }; } ]).s;
  longValue = (eval [ (optionA types.int) (first // { a = { many = 1; lines = 2; of = 3; value = 4; here = 5; }; }) ]).a;
  callPackage = callPackageWith { liba = 1; libc = 2; } ({ libb }: libb) { };
  getAttrFromPath = getAttrFromPath [ "a" "b" ] { };
  assertOneOf = assertOneOf "colour" "red" [ "green" "blue" ];
  toInt = toInt "012";
  gvariant = toString (gvariant.mkValue 5);
}
