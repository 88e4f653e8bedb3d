# generators, cli, gvariant.
{ lib }:
with lib;
let
  values = { n = 1; f = 1.5; s = "a\"b\\\${c}\nd"; t = true; z = null; l = [ 1 "x" [ ] { } ]; a = { "b c" = 1; }; fn = x: x; fa = { a, b ? 1 }: a; d = { type = "derivation"; name = "pkg"; }; };
in
{
  mkValueStringDefault = map (generators.mkValueStringDefault { }) [ 1 "s" true false null 1.5 ];
  mkKeyValueDefault = generators.mkKeyValueDefault { } ":" "f:oo" "bar";
  toKeyValue = [ (generators.toKeyValue { } { key = "value"; other = 2; }) (generators.toKeyValue { listsAsDuplicateKeys = true; indent = "  "; } { k = [ 1 2 ]; l = "x"; }) ];
  toINI = [
    (generators.toINI { } { foo = { hi = "${"pkgs"}"; ciao = "bar"; }; baz = { "also, integers" = 42; }; "s[e]c" = { }; })
    (generators.toINI { listsAsDuplicateKeys = true; mkKeyValue = generators.mkKeyValueDefault { } " := "; } { s = { a = [ 1 2 ]; }; })
  ];
  toINIWithGlobalSection = [ (generators.toINIWithGlobalSection { } { globalSection = { g = 1; }; sections = { s.a = 1; }; }) (generators.toINIWithGlobalSection { } { globalSection = { }; }) ];
  toGitINI = generators.toGitINI { url."ssh://git@github.com/".insteadOf = "https://github.com"; user.name = "edolstra"; remote.origin.fetch = [ "a" "b" ]; core = { x = true; y = 5; }; "quoted \"x\"".a = "b\tc"; a.b.c.d = 1; };
  toJSON = [ (generators.toJSON { } { a = [ 1 ]; }) (generators.toYAML { } { a = 1; }) ];
  toPretty = generators.toPretty { } values;
  toPrettySingle = generators.toPretty { multiline = false; } values;
  toPrettyIndent = generators.toPretty { indent = "    "; } [ { a = "x\ny\n"; } ];
  toPrettyValues = generators.toPretty { allowPrettyValues = true; } { x = { __pretty = v: "<${v}>"; val = "p"; }; };
  withRecursion = [ (generators.withRecursion { depthLimit = 2; throwOnDepthLimit = false; } { a.b.c.d = 1; e = 2; l = [ [ [ 1 ] ] ]; }) (builtins.tryEval (builtins.deepSeq (generators.withRecursion { depthLimit = 1; } { a.b.c = 1; }) 1)).success ];
  toPlist = generators.toPlist { escape = true; } { nested.values = [ 1 1.5 true "<x>" { } [ ] ]; skip = null; _module = 1; };
  toDhall = generators.toDhall { } { a = [ 1 (-2) true "s" 1.5 ]; };
  toLua = [ (generators.toLua { } { a = [ 1 "b" null true { } [ ] ]; f = mkLuaInline "x()"; }) (generators.toLua { multiline = false; } { a = 1; }) (generators.toLua { asBindings = true; } { a = [ 1 2 ]; b.c = "d"; }) (builtins.tryEval (generators.toLua { asBindings = true; } { "a b" = 1; })).success ];

  toCommandLine = cli.toCommandLine (n: { option = "-${n}"; sep = null; explicitBool = false; }) { a = 1; b = true; c = false; d = [ "x" "y" ]; e = null; };
  toCommandLineSep = cli.toCommandLine (n: { option = "--${n}"; sep = "="; explicitBool = true; formatArg = x: "<${toJSON x}>"; }) { a = 1; b = true; };
  toCommandLineGNU = [ (cli.toCommandLineGNU { } { data = "x y"; X = "PUT"; retry = 3; v = true; q = false; url = [ "a" "b" ]; }) (cli.toCommandLineShellGNU { } { data = "x y"; X = "PUT"; }) (cli.toCommandLineGNU { explicitBool = true; } { v = false; verbose = true; }) ];
  toGNUCommandLine = [ (cli.toGNUCommandLine { } { data = "x"; X = "PUT"; retry = 3; retry-delay = null; url = [ "a" "b" ]; silent = false; verbose = true; }) (cli.toGNUCommandLineShell { } { data = "a b"; v = true; }) (cli.toGNUCommandLine { optionValueSeparator = "="; } { a = 1; }) ];

  gvariant = map toString (with gvariant; [
    (mkValue true) (mkValue "it's\n") (mkValue 1.5) (mkValue [ "a" "b" ]) (mkInt32 5) (mkUint32 5) (mkInt64 1) (mkUint64 1) (mkInt16 1) (mkUint16 1) (mkUchar 7)
    (mkEmptyArray type.string) (mkVariant "x") (mkDictionaryEntry "k" (mkInt32 1)) (mkNothing type.string) (mkJust "j") (mkTuple [ "a" (mkUint32 2) ]) (mkObjectpath "/a") (mkArray [ (mkTuple [ "x" ]) ])
  ]);
  gvariantFails = map (x: (builtins.tryEval (toString (gvariant.mkValue x))).success) [ 1 { } [ ] null [ "a" true ] ];
  toDconfINI = generators.toDconfINI { "org/x" = { a = "s"; b = [ "x" ]; c = gvariant.mkUint32 4; }; };
}
