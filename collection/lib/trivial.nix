# What belongs to no data type: identity, composition, numbers, warnings, and functions that tell which arguments they take.
{ lib }:

let
  builtinIsFunction = builtins.isFunction;
  builtinFunctionArgs = builtins.functionArgs;
in
rec {
  inherit (builtins)
    pathExists readFile isBool isInt isFloat add sub mul div lessThan seq deepSeq genericClosure bitAnd bitOr bitXor ceil floor;

  id = x: x;
  const = x: _: x;
  flip = f: a: b: f b a;
  pipe = builtins.foldl' (value: f: f value);
  concat = a: b: a ++ b;
  mergeAttrs = a: b: a // b;

  "or" = a: b: a || b;
  and = a: b: a && b;
  xor = a: b: !a != !b;
  bitNot = n: -1 - n;
  boolToString = b: if b then "true" else "false";
  boolToYesNo = b: if b then "yes" else "no";

  defaultTo = default: value: if value == null then default else value;
  mapNullable = f: value: if value == null then null else f value;

  # The release of nixpkgs whose functions, option types and words these are.
  release = "26.11";
  versionSuffix = "-firn";
  version = release + versionSuffix;
  nixpkgsVersion = warn "lib.nixpkgsVersion is a deprecated alias of lib.version." version;
  codeName = "Firn";
  oldestSupportedRelease = 2511;
  oldestSupportedReleaseIsAtLeast = r: r <= oldestSupportedRelease;
  isInOldestRelease =
    warn "lib.isInOldestRelease is deprecated. Use lib.oldestSupportedReleaseIsAtLeast instead." oldestSupportedReleaseIsAtLeast;
  revisionWithDefault = default: default;

  inNixShell = builtins.getEnv "IN_NIX_SHELL" != "";
  inPureEvalMode = !(builtins ? currentSystem);

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  mod = n: by: n - by * builtins.div n by;
  compare = a: b: if a < b then -1 else if a > b then 1 else 0;

  # Elements for which `p` holds come first; among themselves both kinds are compared by their own function.
  splitByAndCompare = p: yes: no: a: b:
    if p a
    then if p b then yes a b else -1
    else if p b then 1 else no a b;

  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  inherit (builtins) warn;
  warnIf = condition: message: if condition then warn message else id;
  warnIfNot = condition: message: if condition then id else warn message;
  throwIf = condition: message: if condition then throw message else id;
  throwIfNot = condition: message: if condition then id else throw message;
  info = message: builtins.trace "INFO: ${message}";
  showWarnings = warnings: result: lib.foldr warn result warnings;

  checkListOfEnum = message: valid: given:
    let
      show = values: builtins.concatStringsSep ", " (map toString values);
      unexpected = builtins.filter (x: !builtins.elem x valid) given;
    in
    throwIfNot (unexpected == [ ]) "${message}: ${show unexpected} unexpected; valid ones: ${show valid}";

  # A function may be a set with `__functor`; then `__functionArgs` may say which arguments it takes.
  isFunction = f: builtinIsFunction f || (f ? __functor && isFunction (f.__functor f));
  functionArgs = f: if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f)) else builtinFunctionArgs f;
  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };
  mirrorFunctionArgs = f:
    let args = functionArgs f; in
    g: setFunctionArgs g args;
  toFunction = f: if isFunction f then f else _: f;

  fromHexString = text:
    let digits = builtins.match "(0x)?([0-7]?[0-9A-Fa-f]{1,15})" text; in
    if digits == null
    then throw "fromHexString: ${lib.generators.toPretty { } text} is not a hexadecimal number of at most 63 bits"
    else (builtins.fromTOML "v=0x${builtins.elemAt digits 1}").v;

  toHexString = n: builtins.concatStringsSep "" (map (builtins.elemAt (lib.stringToCharacters "0123456789ABCDEF")) (toBaseDigits 16 n));

  # The digits of a natural number, the highest first.
  toBaseDigits = base: n:
    assert builtins.isInt base && builtins.isInt n && base >= 2 && n >= 0;
    let digits = n: rest: if n < base then [ n ] ++ rest else digits (n / base) ([ (mod n base) ] ++ rest); in
    digits n [ ];
}
