{ lib }:
with lib;
{
  joining = [ (join "-" [ "a" "b" ]) (concatStrings [ "a" "b" ]) (concatMapStrings (x: "a" + x) [ "foo" "bar" ]) (concatImapStrings (i: x: "${toString i}-${x}") [ "foo" "bar" ]) (concatStringsSep "/" [ "usr" "bin" ]) ];
  joiningMore = [ (concatMapStringsSep "-" toUpper [ "foo" "bar" ]) (concatImapStringsSep "-" (i: x: toString (x / i)) [ 6 6 6 ]) (concatMapAttrsStringSep "\n" (n: v: "${n}: foo-${v}") { a = "0.1.0"; b = "0.2.0"; }) (concatLines [ "foo" "bar" ]) (concatLines [ ]) ];
  intersperse = [ (intersperse "/" [ "usr" "local" "bin" ]) (intersperse "/" [ ]) (intersperse "/" [ "a" ]) ];
  replicate = strings.replicate 3 "v";
  optionalString = [ (optionalString true "s") (optionalString false "s") ];
  paths = [ (makeSearchPath "bin" [ "/root" "/usr" null ]) (makeLibraryPath [ { lib = "/l"; } "/p" ]) (makeBinPath [ { bin = "/b"; out = "/o"; } ]) (makeIncludePath [ { dev = "/d"; } ]) (makeSearchPathOutput "dev" "x" [ { dev = "/d"; } { out = "/o"; } ]) ];
  stringToCharacters = [ (stringToCharacters "abc") (stringToCharacters "") ];
  stringAsChars = stringAsChars (x: if x == "a" then "i" else x) "nax";
  charToInt = map strings.charToInt [ "A" "a" " " "~" "\n" ];
  splitString = [ (splitString "." "foo.bar.baz") (splitString "/" "/usr/local/bin") (splitString "ab" "xabyabz") (splitString "." "") (splitString "." ".") (splitString "+" "a+b") ];
  splitStringBy = [
    (splitStringBy (p: c: elem c [ "." "-" ]) false "foo.bar-baz")
    (splitStringBy (p: c: c == "-") true "a-b-c")
    (splitStringBy (p: c: c == "x") false "")
    (splitStringBy (p: c: c == ".") false ".a..b.")
    (splitStringBy (p: c: p == "a") true "aab")
  ];
  trim = [ (trim "   hello, world!   \n") (trim "") (trim "  ") (trimWith { start = true; } "  a ") (trimWith { end = true; } "  a ") (trimWith { } " a ") (trim "a b") ];
  prefixes = [ (hasPrefix "foo" "foobar") (hasPrefix "foo" "barfoo") (hasSuffix "foo" "foobar") (hasSuffix "foo" "barfoo") (hasPrefix "" "x") (hasSuffix "" "x") (hasSuffix "long" "g") ];
  hasInfix = [ (hasInfix "bc" "abcd") (hasInfix "x" "abcd") (hasInfix "" "a") (hasInfix "a\nb" "xa\nby") (hasInfix ".*" "a.*b") (hasInfix "abcd" "abcd") ];
  removing = [ (removePrefix "foo." "foo.bar.baz") (removePrefix "xxx" "foo") (removeSuffix "front" "homefront") (removeSuffix "xxx" "foo") (removeSuffix "" "foo") ];
  replaceString = replaceString "world" "Nix" "Hello, world!";
  cases = [ (toLower "HOME 1é") (toUpper "home") (toSentenceCase "hELLO World") (toSentenceCase "") (map toCamelCase [ "hello-world" "hello_world" "hello world" "HelloWorld" "" "a" "PascalCase-and_more" ]) ];
  escape = [ (escape [ "(" ")" ] "(foo)") (strings.escapeC [ " " "\n" ] "foo bar\n") (escapeRegex "[^a-z]*") (escapeXML ''"test" 'test' < & >'') (escapeURL "foo bar/é~") (strings.escapeNixString "hello\${}\n") ];
  escapeShellArg = map escapeShellArg [ "esc'ape\nme" "plain" "" "a b" "--x=/y,z" 5 "~" ];
  escapeShellArgs = escapeShellArgs [ "one" "two three" "four'five" ];
  isValidPosixName = map isValidPosixName [ "foo_bar000" "0-bad.jpg" "" "_" ];
  toShellVar = [ (toShellVar "a" "x y") (toShellVar "b" [ "1" "2 3" ]) (toShellVar "c" { x = "1"; y = "a b"; }) (toShellVars { foo = "a"; bar = [ 1 ]; }) (toShellVar "n" 5) ];
  escapeNixIdentifier = map strings.escapeNixIdentifier [ "hello" "0abc" "foo-bar'" "with" "or" "a.b" "" "\${x}" ];
  sanitizeDerivationName = map strings.sanitizeDerivationName [ "../hello.bar # foo" "" "ok-1.2" ".hidden" "a b  c" "pid1" (strings.replicate 300 "x") ];
  isStringLike = map isStringLike [ "a" ./strings.nix { outPath = "x"; } { __toString = _: "x"; } 1 null ];
  isConvertible = map strings.isConvertibleWithToString [ "a" 1 1.5 null true [ 1 [ "a" ] ] { } { outPath = "x"; } [ { } ] (x: x) ];
  isStorePath = map isStorePath [ "/nix/store/d945ibfx9x185xf04b890y4f9g3cbb63-python-2.7.11" "/nix/store/d945ibfx9x185xf04b890y4f9g3cbb63-python-2.7.11/bin" "/x" "" 1 [ ] { } "/1121rp0gvr1qya7hvy925g5kjwg66acz6sn1ra1hca09f1z5dsab" ];
  versions = [ (versionOlder "1.1" "1.2") (versionOlder "1.1" "1.1") (versionAtLeast "1.1" "1.0") (versionAtLeast "1.1" "1.2") ];
  names = [ (getName "youtube-dl-2016.01.01") (getName { name = "a-1"; pname = "b"; }) (getName { name = "a-1"; }) (getVersion "youtube-dl-2016.01.01") (getVersion { name = "a-1"; version = "2"; }) (getVersion { name = "a-1"; }) ];
  nameFromURL = nameFromURL "https://nixos.org/releases/nix/nix-1.7/nix-1.7-x86_64-linux.tar.bz2" "-";
  features = [ (enableFeature true "shared") (enableFeature false "shared") (enableFeatureAs true "shared" "foo") (enableFeatureAs false "shared" "foo") (withFeature true "x") (withFeature false "x") (withFeatureAs true "x" "y") (withFeatureAs false "x" (throw "unused")) ];
  cmake = [ (cmakeOptionType "string" "ENGINE" "sdl2") (cmakeBool "ENABLE_STATIC_LIBS" false) (cmakeFeature "MODULES" "badblock") (mesonOption "engine" "opengl") (mesonBool "hardened" true) (mesonEnable "docs" true) (mesonEnable "savage" false) ];
  fixedWidth = [ (fixedWidthString 5 "0" "15") (fixedWidthString 5 "ab" "x") (fixedWidthNumber 5 15) (builtins.tryEval (fixedWidthString 1 "0" "15")).success (builtins.tryEval (fixedWidthString 4 "abc" "x")).success ];
  floatToString = [ (strings.floatToString 1.25) (strings.floatToString 0.000001) ];
  toInt = [ (toInt "1337") (toInt " 123 ") (toInt "-4") (toInt "0") (map (x: (builtins.tryEval (toInt x)).success) [ "00024" "3.14" "" "a" "-0" "99999999999999999999" ]) ];
  toIntBase10 = [ (toIntBase10 "1337") (toIntBase10 "00024") (toIntBase10 "0000") (toIntBase10 " 0042 ") (map (x: (builtins.tryEval (toIntBase10 x)).success) [ "3.14" "a" "" ]) ];
  levenshtein = [ (strings.levenshtein "foo" "foo") (strings.levenshtein "book" "hook") (strings.levenshtein "hello" "Heyo") (strings.levenshtein "" "abc") (strings.levenshtein "kitten" "sitting") (strings.levenshtein "ab" "ba") ];
  levenshteinAtMost =
    let words = [ "" "a" "foo" "boo" "bar" "fo" "foobar" "ofo" "oof" "fobaro" ]; in
    map (k: map (a: map (b: strings.levenshteinAtMost k a b) words) words) [ 0 1 2 3 4 ];
  common = [ (strings.commonPrefixLength "aaaab" "aaab") (strings.commonSuffixLength "abcd" "xbcd") (strings.commonPrefixLength "" "a") ];
  normalizePath = [ (strings.normalizePath "/a//b///c/") (strings.normalizePath "a") (strings.normalizePath "//") ];
  fileContents = fileContents ./data.toml;
  chars = [ lowerChars upperChars ];

  path = [
    (map path.subpath.isValid [ "a" "./a" "../a" "/a" "" "a/../b" "a/.." "a..b" 1 ])
    (map path.subpath.normalise [ "foo//bar" "./foo/./bar" "." "a/" "./././a/." ])
    (path.subpath.join [ "foo" "bar/baz" ])
    (path.subpath.join [ ])
    (path.subpath.components "./foo//bar/./baz/")
    (builtins.tryEval (path.subpath.join [ "/foo" ])).success
    (builtins.tryEval (path.subpath.normalise "")).success
    (toString (path.append /foo "bar/baz"))
    (path.hasPrefix /foo /foo/bar)
    (path.hasPrefix /foo /foobar)
    (path.hasPrefix /. /foo)
    (path.removePrefix /foo /foo/bar/baz)
    (path.removePrefix /foo /foo)
    (builtins.tryEval (path.removePrefix /foo /bar)).success
    (path.splitRoot /foo/bar).subpath
    (path.hasStorePathPrefix /nix/store/nvl9ic0pj1fpyln3zaqrf4cclbqdfn1j-foo/bar)
    (path.hasStorePathPrefix /nix/store)
    (path.hasStorePathPrefix /nix/store/x)
  ];
}
