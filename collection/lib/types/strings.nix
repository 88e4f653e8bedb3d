# Strings: equal ones, those of a pattern, and those that are joined.
{ lib, base }:

let
  inherit (builtins) concatStringsSep isString match;
  inherit (lib.options) getValues mergeEqualOption;
  inherit (base) addCheck defaultFunctor mkOptionType phrase positioned;
in
rec {
  str = mkOptionType {
    name = "str";
    description = "string";
    descriptionClass = "noun";
    check = isString;
    merge = mergeEqualOption;
  };

  nonEmptyStr = mkOptionType {
    name = "nonEmptyStr";
    description = "non-empty string";
    descriptionClass = "noun";
    check = value: isString value && match "[ \t\n]*" value == null;
    merge = mergeEqualOption;
  };

  # A newline at the end is taken off.
  singleLineStr = mkOptionType {
    name = "singleLineStr";
    description = "(optionally newline-terminated) single-line string";
    descriptionClass = "noun";
    check = value: isString value && match "[^\n\r]*\n?" value != null;
    merge = positioned (loc: defs: lib.removeSuffix "\n" (mergeEqualOption.positioned loc defs));
  };

  strMatching = pattern: mkOptionType {
    name = "strMatching ${lib.escapeNixString pattern}";
    description = "string matching the pattern ${pattern}";
    descriptionClass = "noun";
    check = value: isString value && match pattern value != null;
    merge = mergeEqualOption;
    functor = defaultFunctor "strMatching" // {
      type = payload: strMatching payload.pattern;
      payload = { inherit pattern; };
      binOp = a: b: if a == b then a else null;
    };
  };

  separatedString = separator: mkOptionType {
    name = "separatedString";
    description = "strings concatenated with ${builtins.toJSON separator}";
    descriptionClass = "noun";
    check = isString;
    merge = positioned (_: defs: concatStringsSep separator (getValues defs)) // { takesAsIs = _: true; };
    functor = defaultFunctor "separatedString" // {
      type = payload: lib.types.separatedString payload.sep;
      payload = { sep = separator; };
      binOp = a: b: if a == b then a else null;
    };
  };

  lines = separatedString "\n";
  commas = separatedString ",";
  envVar = separatedString ":";
  string = lib.warn
    "The type `types.string` is deprecated. See https://github.com/NixOS/nixpkgs/pull/66346 for better alternative types."
    (separatedString "");

  # What may stand in a line of /etc/passwd.
  passwdEntry = type:
    addCheck type (value: !(lib.hasInfix ":" value || lib.hasInfix "\n" value)) // {
      name = "passwdEntry ${type.name}";
      description = "${phrase [ "noun" ] type}, not containing newlines or colons";
      descriptionClass = "nonRestrictiveClause";
    };
}
