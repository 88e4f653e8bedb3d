# customisation, derivations, meta, sources, filesystem, fetchers, licenses, misc.
{ lib }:
with lib;
let
  package = { a, b ? 2 }: { name = "p"; type = "derivation"; inherit a b; outPath = "/x"; drvPath = "/d"; out = { type = "derivation"; outputName = "out"; outPath = "/x"; drvPath = "/d"; }; };
  overridable = makeOverridable package { a = 1; };
  show = x: { inherit (x) a b; };
  folder = ./folder;
  relative = path: removePrefix (toString folder) (toString path);
  listing = src: sort lessThan (map (p: p) (filter (p: src.filter (toString folder + p) (if readFileType (folder + p) == "directory" then "directory" else "regular")) [ "/a.nix" "/b.txt" "/sub" "/sub/c.nix" "/sub/d.o" "/x~" ]));
in
{
  makeOverridable = [ (show (overridable.override { b = 5; })) (show (overridable.override (old: { a = old.a + 10; }))) (functionArgs overridable.override) (show ((overridable.override { b = 3; }).override { a = 9; })) ];
  makeOverridableFunction = let f = makeOverridable ({ n ? 1 }: { x }: x + n) { }; in [ (f { x = 1; }) (functionArgs f) (f.override { n = 10; } { x = 1; }) ];
  makeOverridablePlain = makeOverridable (x: x + 1) 1;
  makeOverridableAttrs = let d = makeOverridable (args: { v = args.v; overrideAttrs = f: { v = f 1; }; }) { v = 0; }; in [ (d.overrideAttrs (x: x + 1)).v ((d.overrideAttrs (x: x + 5)) ? override) ];
  callPackageWith = [ (show (callPackageWith { a = 7; c = 8; } package { })) (show (callPackageWith { a = 7; } package { b = 9; })) (show ((callPackageWith { a = 7; } package { }).override { b = 0; })) (callPackageWith { a = 1; } ./folder/a.nix { }).result ];
  callPackagesWith = mapAttrs (_: x: x.v) (callPackagesWith { n = 3; } ({ n }: { one = { v = n; }; two = { v = n * 2; }; }) { });
  callPackagesOverride = ((callPackagesWith { n = 3; } ({ n }: { one = { v = n; }; }) { }).one.override { n = 5; }).v;
  extendDerivation = let d = extendDerivation true { extra = 1; } (package { a = 1; }); in [ d.extra d.outPath d.out.outputSpecified (length d.all) d.out.extra (builtins.tryEval (extendDerivation (throw "no") { } (package { a = 1; })).outPath).success ];
  makeScope = let s = makeScope (extra: callPackageWith extra) (self: { x = 1; y = self.callPackage ({ x }: { v = x; }) { }; }); t = s.overrideScope (final: prev: { x = 5; }); in [ s.y.v t.y.v (t.packages { callPackage = _: _: 3; }).y ];
  extendMkDerivation =
    let mk = extendMkDerivation { constructDrv = f: { result = f { final = 1; }; }; excludeDrvArgNames = [ "drop" ]; extendDrvArgs = final: { name, drop ? 0, ... }: { inherit name; dropped = drop; fin = final; }; }; in
    [ (mk { name = "x"; drop = 5; z = 1; }) (mk (final: { name = "f"; got = final; })) (functionArgs mk) ];
  crossIndex = [ (renameCrossIndexFrom "p" { pBuildBuild = 1; pBuildHost = 2; pBuildTarget = 3; pHostHost = 4; pHostTarget = 5; pTargetTarget = 6; }) (renameCrossIndexTo "q" { buildBuild = 1; buildHost = 2; buildTarget = 3; hostHost = 4; hostTarget = 5; targetTarget = 6; }) (mapCrossIndex (x: x * 2) { buildBuild = 1; buildHost = 2; buildTarget = 3; hostHost = 4; hostTarget = 5; targetTarget = 6; }) ];
  lazyDerivation = let d = lazyDerivation { derivation = package { a = 1; } // { outputs = [ "out" ]; outputName = "out"; system = "s"; meta = { m = 1; }; }; passthru.extra = 2; }; in [ d.name d.meta d.extra d.outputs d.out.outPath (builtins.attrNames d) ];
  lazyDerivationFails = (builtins.tryEval (lazyDerivation { derivation = package { a = 1; } // { outputs = [ "out" "dev" ]; }; }).name).success;
  optionalDrvAttr = [ (optionalDrvAttr true 1) (optionalDrvAttr false 1) ];

  addMetaAttrs = [ (addMetaAttrs { x = 1; } { meta.y = 2; }).meta (addMetaAttrs { x = 1; } { overrideAttrs = f: f { meta.z = 3; }; }) ];
  metaNames = [ (setName "n" { name = "o"; }) (updateName (n: n + "!") { name = "o"; }) (appendToName "x" { name = "hello-1.2"; }).name (dontDistribute { }).meta ];
  prio = [ (lowPrio { }).meta (hiPrio { }).meta (setPrio 3 { }).meta (mapAttrs (_: x: x.meta or null) (lowPrioSet { a = { type = "derivation"; }; b = { }; })) ];
  platforms = [ (meta.platformMatch { system = "x86_64-linux"; } "x86_64-linux") (meta.platformMatch { system = "x"; parsed.cpu.bits = 64; } { cpu.bits = 64; }) (meta.availableOn { system = "a"; } { meta.platforms = [ "b" ]; }) (meta.availableOn { system = "a"; } { meta.badPlatforms = [ "a" ]; }) (meta.availableOn { system = "a"; } { }) ];
  getExe = [ (getExe { type = "derivation"; name = "h-1"; outPath = "/h"; meta.mainProgram = "hi"; }) (getExe' { type = "derivation"; outPath = "/h"; bin = "/b"; } "prog") (builtins.tryEval (getExe' { type = "derivation"; } "a/b")).success (builtins.tryEval (getExe' "x" "b")).success ];
  licence = [ { inherit (licenses.mit) shortName spdxId fullName url free; } licenses.gpl3Plus.spdxId licenses.unfree.free (getLicenseFromSpdxId "MIT").shortName (getLicenseFromSpdxIdOr "nope" 1) ];
  cpe = meta.cpeFullVersionWithVendor "v" "1";

  cleanSourceFilter = map (x: cleanSourceFilter x "regular") [ "/a/.git" "/a/x.o" "/a/x.so" "/a/x~" "/a/.x.swp" "/a/x" "/a/.swp" "/a/result" ] ++ [ (cleanSourceFilter "/a/.svn" "directory") (cleanSourceFilter "/a/result" "symlink") (cleanSourceFilter "/a/x" "unknown") ];
  cleanSource = listing (cleanSource folder);
  cleanSourceWith = listing (cleanSourceWith { src = cleanSource folder; filter = p: t: t == "directory" || hasSuffix ".nix" p; name = "n"; });
  sourceNames = [ (cleanSourceWith { src = folder; }).name (cleanSourceWith { src = cleanSourceWith { src = folder; name = "q"; }; }).name ];
  sourceByRegex = listing (sourceByRegex folder [ "sub" "sub/.*nix" ]);
  sourceFilesBySuffices = listing (sourceFilesBySuffices folder [ ".txt" ]);
  sourceByGlobs = listing (sources.sourceByGlobs folder [ "*.txt" "sub/**" ]);
  canCleanSource = [ (canCleanSource folder) (canCleanSource (cleanSource folder)) (pathHasContext "x") ];
  repoNames = [ (sources.urlToName "https://github.com/NixOS/nixpkgs.git") (sources.urlToName "git@host:a/b.tar.gz") (sources.shortRev "57c7d2b8e3b4f6d2e0a2b1c4d5e6f7a8b9c0d1e2") (sources.shortRev "v1.2.3") (revOrTag "a" null) (revOrTag null null) (repoRevToName "full" "https://x/y" "v1.0" "github") (repoRevToName "versioned" "https://x/y" "v1.0" "github") (repoRevToName "source" 1 2 3) ];
  gitRepo = [ (pathIsGitRepo folder) (builtins.tryEval (commitIdFromGitRepo folder)).success ];

  pathTypes = [ (pathType folder) (pathIsDirectory folder) (pathIsRegularFile (folder + "/a.nix")) (pathIsDirectory (folder + "/nope")) ];
  listFilesRecursive = map relative (filesystem.listFilesRecursive folder);
  locateDominatingFile = mapAttrs (n: v: if n == "path" then relative v else v) (filesystem.locateDominatingFile "(b)\\.txt" (folder + "/sub"));
  haskellPathsInDir = filesystem.haskellPathsInDir folder;
  packagesFromDirectoryRecursive =
    let found = filesystem.packagesFromDirectoryRecursive { callPackage = callPackageWith { a = 1; }; directory = folder + "/packages"; }; in
    [ found.one.result found.inner.two.result (attrNames found) ];
  resolveDefaultNix = [ (relative (filesystem.resolveDefaultNix folder)) (filesystem.resolveDefaultNix "/a/b/") (filesystem.resolveDefaultNix "/a/b.nix") ];

  normalizeHash = [ (fetchers.normalizeHash { } { hash = "sha256-x"; a = 1; }) (fetchers.normalizeHash { } { sha256 = ""; }) (fetchers.normalizeHash { required = false; } { }) (builtins.tryEval (fetchers.normalizeHash { } { })).success (builtins.tryEval (fetchers.normalizeHash { } { hash = "a"; sha256 = "b"; })).success (fetchers.normalizeHash { } { outputHash = "o"; }) ];
  withNormalizedHash = let f = fetchers.withNormalizedHash { } ({ outputHash ? null, outputHashAlgo ? null, x ? 0 }: { inherit outputHash outputHashAlgo x; }); in [ (f { sha256 = "s"; x = 1; }) (functionArgs f) ];
  proxies = fetchers.proxyImpureEnvVars;

  misc = with misc; [
    (maybeEnv "FIRN_TEST_NOT_SET" 1) (defaultMerge { a = 1; } { b = 2; }) (defaultMerge { a = 1; } (x: { c = x.a; })) (ifEnable true 1) (map (ifEnable false) [ [ 1 ] { a = 1; } true 5 ])
    (checkFlag { flags = [ "x" ]; y = true; } "x") (checkFlag { flags = [ "x" ]; y = true; } "y") (checkFlag { } "z")
    (getValue { a = 1; } [ [ "b" 2 ] ] "a") (getValue { } [ [ "b" 2 ] ] "b") (getValue { } [ ] "c")
    (checkReqs { flags = [ "x" ]; y = 1; } [ ] [ [ "x" "y" ] ]) (checkReqs { flags = [ "x" ]; } [ ] [ [ "x" "y" ] ])
    (uniqList { inputList = [ 1 2 1 3 2 ]; }) (uniqList { inputList = [ 1 2 ]; acc = [ 2 ]; }) (uniqListExt { inputList = [ 1 2 1 ]; outputList = [ 2 ]; })
    (condConcat "a" [ "x" "b" "y" "c" ] (x: x == "y"))
    (map (x: x.key) (lazyGenericClosure { startSet = [ { key = 1; } ]; operator = x: if x.key < 3 then [ { key = x.key + 1; } ] else [ ]; }))
    (modifySumArgs (a: b: { r = a; }) { z = 1; } { a = 1; } { b = 2; } null)
    (nvs "a" 1) (setAttr { a = 1; } "b" 2) (setAttrMerge "a" 5 { } (x: x + 1)) (maybeAttr "a" 0 { })
    (mergeAttrsWithFunc (a: b: [ a b ]) { a = 1; b = 2; } { b = 3; c = 4; }) (mergeAttrsConcatenateValues { a = 1; } { a = [ 2 ]; })
    (mergeAttrsNoOverride { } { buildInputs = [ 1 ]; } { buildInputs = [ 2 ]; x = 1; })
    (mergeAttrByFunc { buildInputs = [ 1 ]; mergeAttrBy = { }; } { buildInputs = [ 2 ]; })
    (mergeAttrsByFuncDefaultsClean [ { buildInputs = [ 1 ]; passthru.a = 1; } { buildInputs = [ 2 ]; passthru.b = 2; preConfigure = "x"; } { preConfigure = "y"; } ])
    (map nixType [ { } { outPath = 1; } (x: x) [ ] true null 1 "s" ])
    fakeHash fakeSha256 fakeSha512
    (foldArgs defaultMerge (x: { r = x.a + x.b; }) { a = 1; } { b = 2; }).r
    ((foldArgs defaultMerge (x: { r = x.a + x.b; }) { a = 1; } { b = 2; }).override { b = 10; }).r
  ];
  closePropagation = map (x: x.outPath) (closePropagation [ { outPath = "/a"; propagatedBuildInputs = [ { outPath = "/b"; propagatedBuildInputs = [ { outPath = "/c"; } ]; } ]; } { outPath = "/c"; } ]);
}
