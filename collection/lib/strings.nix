# Strings: joined, split, searched, escaped for shells and languages, turned into numbers and flags.
{ lib }:

let
  inherit (builtins)
    concatStringsSep elem elemAt filter fromJSON genList head isAttrs isInt isList isPath isString length match replaceStrings
    split stringLength substring tail toJSON typeOf;
  inherit (lib) assertMsg throwIfNot warnIf;

  inherit (import ./ascii.nix) codeOf;

  # These functions are for strings only: a path as the part to look for never matches, and would be copied to the store.
  refusePath = function: part: consequence:
    warnIf (isPath part)
      ''
        lib.strings.${function}: The first argument (${toString part}) is a path value, but only strings are supported.
          There is almost certainly a bug in the calling code, since this function ${consequence} in such a case.
          This function also copies the path to the Nix store, which may not be what you want.
          This behavior is deprecated and will throw an error in the future.'';
in
rec {
  inherit (builtins)
    compareVersions elem elemAt filter fromJSON genList head isInt isList isAttrs isPath isString match parseDrvName readFile
    replaceStrings split storeDir stringLength substring tail toJSON typeOf unsafeDiscardStringContext appendContext
    concatStringsSep;

  # --- joining ---

  join = concatStringsSep;
  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStringsSep "" (map f list);
  concatImapStrings = f: list: concatStringsSep "" (lib.imap1 f list);
  concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
  concatImapStringsSep = separator: f: list: concatStringsSep separator (lib.imap1 f list);
  concatMapAttrsStringSep = separator: f: set: concatStringsSep separator (lib.mapAttrsToList f set);
  concatLines = lines: concatMapStrings (line: line + "\n") lines;
  intersperse = separator: list: if list == [ ] then [ ] else tail (lib.concatMap (x: [ separator x ]) list);
  optionalString = condition: text: if condition then text else "";
  replicate = n: text: concatStringsSep "" (lib.replicate n text);

  makeSearchPath = subfolder: paths: concatMapStringsSep ":" (path: path + "/" + subfolder) (filter (path: path != null) paths);
  makeSearchPathOutput = output: subfolder: packages: makeSearchPath subfolder (map (lib.getOutput output) packages);
  makeLibraryPath = makeSearchPathOutput "lib" "lib";
  makeIncludePath = makeSearchPathOutput "dev" "include";
  makeBinPath = makeSearchPathOutput "bin" "bin";

  # --- taking apart ---

  stringToCharacters = text: genList (n: substring n 1 text) (stringLength text);
  stringAsChars = f: text: concatMapStrings f (stringToCharacters text);
  charToInt = character: codeOf.${character};

  # The empty string with the context of `source`, then `target`.
  addContextFrom = source: target: substring 0 0 source + target;

  splitString = separator: text:
    map (addContextFrom text) (filter isString (split (escapeRegex (toString separator)) (toString text)));

  # Splits before each character for which `splits previous character` holds; that character is kept or dropped.
  splitStringBy = splits: keep: text:
    let
      count = stringLength text;
      at = n: substring n 1 text;
      cuts = filter (n: splits (if n == 0 then "" else at (n - 1)) (at n)) (genList (n: n) count);
      starts = [ 0 ] ++ (if keep then cuts else map (n: n + 1) cuts);
      ends = cuts ++ [ count ];
    in
    if text == "" then [ (addContextFrom text "") ]
    else map (addContextFrom text) (lib.zipListsWith (from: to: substring from (to - from) text) starts ends);

  trim = trimWith { start = true; end = true; };
  trimWith = { start ? false, end ? false }:
    let
      space = " \t\r\n";
      pattern =
        (if start then "[${space}]*" else "")
        + (if end then "(.*[^${space}])[${space}]*" else "(.*)");
    in
    text: let found = match pattern text; in if found == null then "" else head found;

  removePrefix = prefix: text:
    refusePath "removePrefix" prefix "never removes any prefix"
      (if substring 0 (stringLength prefix) text == prefix then substring (stringLength prefix) (-1) text else text);

  removeSuffix = suffix: text:
    let rest = stringLength text - stringLength suffix; in
    refusePath "removeSuffix" suffix "never removes any suffix"
      (if rest >= 0 && substring rest (-1) text == suffix then substring 0 rest text else text);

  fileContents = file: removeSuffix "\n" (builtins.readFile file);

  readPathsFromFile = root: file:
    map (line: root + "/${line}") (filter (line: line != "" && !hasPrefix "#" line) (splitString "\n" (builtins.readFile file)));

  nameFromURL = url: separator:
    let
      file = lib.last (splitString "/" url);
      name = head (splitString separator file);
    in
    assert name != file;
    name;

  # --- searching ---

  hasPrefix = prefix: text:
    refusePath "hasPrefix" prefix "always returns `false`" (substring 0 (stringLength prefix) text == prefix);

  hasSuffix = suffix: text:
    let rest = stringLength text - stringLength suffix; in
    refusePath "hasSuffix" suffix "always returns `false`" (rest >= 0 && substring rest (-1) text == suffix);

  hasInfix = infix: text:
    refusePath "hasInfix" infix "always returns `false`"
      # Not by a regular expression: the text may be of any length.
      (replaceStrings [ infix ] [ "" ] "${text}" != "${text}" || infix == "");

  replaceString = from: to: replaceStrings [ from ] [ to ];

  # --- case ---

  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;

  toSentenceCase = text:
    throwIfNot (isString text) "toSentenceCase does only accepts string values, but got ${typeOf text}"
      (addContextFrom text (toUpper (substring 0 1 text) + toLower (substring 1 (-1) text)));

  toCamelCase = text:
    throwIfNot (isString text) "toCamelCase does only accepts string values, but got ${typeOf text}" (
      let
        isSeparator = _: c: elem c [ "-" "_" " " ];
        isHump = before: c: elem before lowerChars && elem c upperChars;
        words = lib.concatMap (splitStringBy isHump true) (splitStringBy isSeparator false text);
      in
      addContextFrom text (concatImapStrings (n: word: if n == 1 then toLower word else toSentenceCase word) words)
    );

  # --- escaping ---

  escape = characters: replaceStrings characters (map (c: "\\${c}") characters);
  escapeC = characters: replaceStrings characters (map (c: "\\x${toLower (hexByte (charToInt c))}") characters);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];

  escapeURL =
    let
      unreserved = lowerChars ++ upperChars ++ stringToCharacters "0123456789-_.~";
      codes = removeAttrs codeOf unreserved;
    in
    replaceStrings (lib.attrNames codes) (lib.mapAttrsToList (_: code: "%${hexByte code}") codes);

  # One word for a POSIX shell; quoted only if it must be.
  escapeShellArg = value:
    let text = toString value; in
    if match "[[:alnum:],._+:@%/-]+" text != null then text else "'${replaceString "'" "'\\''" text}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;

  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;

  # An assignment: to an associative array for a set, to an array for a list.
  toShellVar = name: value:
    throwIfNot (isValidPosixName name) "toShellVar: ${name} is not a valid shell variable name" (
      if isAttrs value && !isStringLike value
      then "declare -A ${name}=(${concatMapAttrsStringSep " " (k: v: "[${escapeShellArg k}]=${escapeShellArg v}") value})"
      else if isList value then "declare -a ${name}=(${escapeShellArgs value})"
      else "${name}=${escapeShellArg value}"
    );
  toShellVars = concatMapAttrsStringSep "\n" toShellVar;

  escapeNixString = text: escape [ "$" ] (toJSON text);

  escapeNixIdentifier =
    let keywords = [ "assert" "else" "if" "in" "inherit" "let" "or" "rec" "then" "with" ]; in
    name: if match "[a-zA-Z_][a-zA-Z0-9_'-]*" name != null && !elem name keywords then name else escapeNixString name;

  # A name that a store path may have.
  sanitizeDerivationName = text:
    let
      plain = builtins.unsafeDiscardStringContext text;
      dashed = concatMapStrings (part: if isList part then "-" else part)
        (split "[^[:alnum:]+._?=-]+" (head (match "\\.*(.*)" plain)));
      short = substring (lib.max (stringLength dashed - 207) 0) (-1) dashed;
    in
    if stringLength text <= 207 && match "[[:alnum:]+_?=-][[:alnum:]+._?=-]*" text != null then plain
    else if short == "" then "unknown"
    else short;

  # --- what kind of text it is ---

  isStringLike = x: isString x || isPath x || x ? outPath || x ? __toString;
  isCoercibleToString = isConvertibleWithToString;
  isConvertibleWithToString = x:
    isStringLike x || elem (typeOf x) [ "null" "int" "float" "bool" ] || (isList x && lib.all isConvertibleWithToString x);

  isStorePath = x:
    isStringLike x && (
      let text = toString x; in
      substring 0 1 text == "/" && (dirOf text == builtins.storeDir || match "/[0-9a-z]{52}" text != null)
    );

  # --- versions and names of packages ---

  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !versionOlder a b;
  getName = x: if isString x then (builtins.parseDrvName x).name else x.pname or (builtins.parseDrvName x.name).name;
  getVersion = x: if isString x then (builtins.parseDrvName x).version else x.version or (builtins.parseDrvName x.name).version;

  # --- flags of build systems ---

  enableFeature = flag: feature:
    assert lib.isBool flag;
    assert isString feature;
    "--${if flag then "enable" else "disable"}-${feature}";
  enableFeatureAs = flag: feature: value: enableFeature flag feature + optionalString flag "=${value}";
  withFeature = flag: feature:
    assert isString feature;
    "--${if flag then "with" else "without"}-${feature}";
  withFeatureAs = flag: feature: value: withFeature flag feature + optionalString flag "=${value}";

  cmakeOptionType = type: feature: value:
    assert elem (toUpper type) [ "BOOL" "FILEPATH" "PATH" "STRING" "INTERNAL" "LIST" ];
    assert isString feature;
    assert isString value;
    "-D${feature}:${toUpper type}=${value}";
  cmakeBool = feature: flag:
    assert isString feature;
    assert lib.isBool flag;
    cmakeOptionType "bool" feature (toUpper (lib.boolToString flag));
  cmakeFeature = cmakeOptionType "string";
  mesonOption = feature: value:
    assert isString feature;
    assert isString value;
    "-D${feature}=${value}";
  mesonBool = feature: flag:
    assert lib.isBool flag;
    mesonOption feature (lib.boolToString flag);
  mesonEnable = feature: flag:
    assert lib.isBool flag;
    mesonOption feature (if flag then "enabled" else "disabled");

  # --- numbers ---

  fixedWidthString = width: filler: text:
    let
      missing = width - stringLength text;
      pad = n: if n == 0 then "" else filler + pad (
        assert assertMsg (n >= stringLength filler)
          "fixedWidthString: requested string length (${toString (n - stringLength filler + stringLength text)}) must not be shorter than actual length (${toString (stringLength text)})";
        n - stringLength filler
      );
    in
    assert assertMsg (missing >= 0)
      "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString (stringLength text)})";
    pad missing + text;
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
  hexByte = n: fixedWidthString 2 "0" (lib.toHexString n);

  floatToString = number:
    let text = toString number; in
    warnIf (fromJSON text != number) "Imprecise conversion from float to string ${text}" text;

  toInt = text:
    let
      digits = match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" text;
      failed = throw "toInt: Could not convert ${escapeNixString text} to int.";
      number = fromJSON (head digits);
    in
    if digits == null then failed
    else if match "0[[:digit:]]+" (head digits) != null
    then throw "toInt: Ambiguity in interpretation of ${escapeNixString text} between octal and zero padded integer."
    else if isInt number then number
    else failed;

  toIntBase10 = text:
    let
      digits = match "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" text;
      failed = throw "toIntBase10: Could not convert ${escapeNixString text} to int.";
      number = fromJSON (head digits);
    in
    if digits == null then failed
    else if match "0+" (head digits) != null then 0
    else if isInt number then number
    else failed;

  # --- likeness ---

  commonPrefixLength = a: b:
    let
      most = lib.min (stringLength a) (stringLength b);
      from = n: if n < most && substring n 1 a == substring n 1 b then from (n + 1) else n;
    in
    from 0;

  commonSuffixLength = a: b:
    let
      most = lib.min (stringLength a) (stringLength b);
      lastAt = n: text: substring (stringLength text - n - 1) 1 text;
      from = n: if n < most && lastAt n a == lastAt n b then from (n + 1) else n;
    in
    from 0;

  # How many characters must be inserted, deleted or replaced to make one of the other: row by row of the usual table.
  levenshtein = a: b:
    let
      as = stringToCharacters a;
      bs = stringToCharacters b;
      row = { index, cells }: x:
        let
          next = builtins.foldl'
            (done: n:
              let
                cost = if x == elemAt bs n then 0 else 1;
                best = lib.min (lib.min (elemAt cells (n + 1) + 1) (done.left + 1)) (elemAt cells n + cost);
              in
              builtins.seq best { left = best; cells = done.cells ++ [ best ]; })
            { left = index; cells = [ index ]; }
            (genList (n: n) (length bs));
        in
        { index = index + 1; inherit (next) cells; };
    in
    lib.last (builtins.foldl' row { index = 1; cells = genList (n: n) (length bs + 1); } as).cells;

  levenshteinAtMost = limit: a: b:
    let difference = stringLength a - stringLength b; in
    if limit <= 0 then a == b
    else difference <= limit && -difference <= limit && (
      let
        prefix = commonPrefixLength a b;
        suffix = lib.min (commonSuffixLength a b) (lib.min (stringLength a) (stringLength b) - prefix);
        middle = text: substring prefix (stringLength text - prefix - suffix) text;
      in
      levenshtein (middle a) (middle b) <= limit
    );

  normalizePath = path:
    warnIf (isPath path)
      ''
        lib.strings.normalizePath: The argument (${toString path}) is a path value, but only strings are supported.
          Path values are always normalised in Nix, so there's no need to call this function on them.
          This function also copies the path to the Nix store and returns the store path, the same as "''${path}" will, which may not be what you want.
          This behavior is deprecated and will throw an error in the future.''
      (concatMapStrings (part: if isList part then "/" else part) (split "/+" path));
}
