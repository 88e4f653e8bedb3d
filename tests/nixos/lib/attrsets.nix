{ lib }:
with lib;
let
  set = { a = { b = { c = 1; }; d = [ 1 2 ]; }; e = "x"; };
  drv = { type = "derivation"; name = "n"; outputs = [ "out" "dev" "bin" ]; out = { o = "out"; }; dev = { o = "dev"; outputSpecified = true; lib = 1; }; bin = { o = "bin"; }; };
in
{
  attrByPath = [ (attrByPath [ "a" "b" "c" ] 0 set) (attrByPath [ "a" "z" ] 0 set) (attrByPath [ ] 0 1) (attrByPath [ "e" "x" ] 9 set) ];
  hasAttrByPath = [ (hasAttrByPath [ "a" "b" ] set) (hasAttrByPath [ "a" "z" "c" ] set) (hasAttrByPath [ ] set) ];
  longestValidPathPrefix = [ (attrsets.longestValidPathPrefix [ "a" "b" "z" ] set) (attrsets.longestValidPathPrefix [ ] set) (attrsets.longestValidPathPrefix [ "a" "b" "c" ] set) ];
  setAttrByPath = [ (setAttrByPath [ "a" "b" ] 3) (setAttrByPath [ ] 3) ];
  getAttrFromPath = getAttrFromPath [ "a" "d" ] set;
  updateManyAttrsByPath = updateManyAttrsByPath
    [ { path = [ "a" "b" ]; update = old: { d = old.c; }; } { path = [ "a" "b" "c" ]; update = old: old + 1; } { path = [ "x" "y" ]; update = _: "xy"; } ]
    set;
  updateManyMissing = (builtins.tryEval (builtins.deepSeq (updateManyAttrsByPath [ { path = [ "z" ]; update = old: old + 1; } ] { }) 1)).success;
  updateManyInner = (builtins.tryEval (builtins.deepSeq (updateManyAttrsByPath [ { path = [ "e" "f" ]; update = _: 1; } ] set) 1)).success;
  showAttrPath = [ (showAttrPath [ "foo" "10" "bar.baz" ]) (showAttrPath [ ]) ];
  attrVals = attrVals [ "e" ] set;
  attrValues = attrValues { b = 1; a = 2; };
  getAttrs = getAttrs [ "e" ] set;
  catAttrs = catAttrs "a" [ { a = 1; } { b = 2; } { a = 3; } ];
  filterAttrs = filterAttrs (n: v: n != "a" && v > 1) { a = 5; b = 1; c = 2; };
  filterAttrsRecursive = filterAttrsRecursive (n: v: v != null) { a = null; b = { c = null; d = 1; }; };
  foldlAttrs = foldlAttrs (acc: n: v: acc + n + toString v) ">" { b = 1; a = 2; };
  foldAttrs = [ (foldAttrs (item: acc: [ item ] ++ acc) [ ] [ { a = 2; } { a = 3; b = 1; } ]) (foldAttrs (a: b: a + b) 1 [ { x = 1; } { x = 2; } ]) ];
  collect = [ (collect isList set) (collect (x: x ? outPath) { a = { outPath = "a/"; }; b = { outPath = "b/"; }; }) ];
  cartesianProduct = cartesianProduct { a = [ 1 2 ]; b = [ 10 20 ]; };
  mapCartesianProduct = mapCartesianProduct ({ a, b }: "${a}-${b}") { a = [ "1" "2" ]; b = [ "3" "4" ]; };
  nameValuePair = nameValuePair "some" 6;
  mapAttrs = mapAttrs (n: v: n + v) { x = "foo"; y = "bar"; };
  mapAttrs' = mapAttrs' (n: v: nameValuePair ("foo_" + n) ("bar-" + v)) { x = "a"; y = "b"; };
  mapAttrsToList = mapAttrsToList (n: v: n + v) { x = "a"; y = "b"; };
  attrsToList = attrsToList { foo = 1; bar = "asdf"; };
  concatMapAttrs = concatMapAttrs (n: v: { ${n} = v; ${n + v} = v; }) { x = "a"; y = "b"; };
  concatMapAttrsOverlap = concatMapAttrs (n: v: { same = n; }) { x = "a"; y = "b"; };
  mapAttrsRecursive = mapAttrsRecursive (path: value: concatStringsSep "-" (path ++ [ value ])) { n = { a = "A"; m = { b = "B"; c = "C"; }; }; d = "D"; };
  mapAttrsRecursiveCond = mapAttrsRecursiveCond (as: !(as ? stop)) (path: value: path) { n = { stop = 1; a = 1; }; m.b = 2; };
  mapAttrsToListRecursive = mapAttrsToListRecursive (path: value: "${concatStringsSep "." path}=${toString value}") { a.b = 1; a.c.d = 2; e = 3; };
  mapAttrsToListRecursiveCond = mapAttrsToListRecursiveCond (path: as: !(as ? opaque && as.opaque)) (path: value: path) { w.x.y = 1; z = { opaque = true; v = 1; }; };
  genAttrs = genAttrs [ "foo" "bar" ] (n: "x_" + n);
  genAttrs' = genAttrs' [ "foo" "bar" ] (n: nameValuePair ("x_" + n) ("y_" + n));
  isDerivation = map isDerivation [ drv { } { type = "x"; } 1 ];
  optionalAttrs = [ (optionalAttrs true { a = 1; }) (optionalAttrs false { a = 1; }) ];
  zipAttrsWithNames = zipAttrsWithNames [ "a" "z" ] (n: vs: [ n vs ]) [ { a = "x"; } { a = "y"; b = "z"; } ];
  zipAttrsWith = zipAttrsWith (n: vs: vs) [ { a = "x"; } { a = "y"; b = "z"; } ];
  zipAttrs = zipAttrs [ { a = "x"; } { a = "y"; b = "z"; } ];
  mergeAttrsList = [ (mergeAttrsList [ ]) (mergeAttrsList [ { a = 1; b = 2; } { b = 3; } { c = 4; a = 5; } ]) ];
  recursiveUpdateUntil = recursiveUpdateUntil (path: l: r: path == [ "foo" ]) { foo.bar = 1; foo.baz = 2; bar = 3; } { foo.bar = 1; foo.quz = 2; baz = 4; };
  recursiveUpdateUntilDeep = recursiveUpdateUntil (path: l: r: length path > 1 || !(isAttrs l && isAttrs r)) { a.b.c = 1; a.x = 2; } { a.b.d = 3; y = 1; };
  recursiveUpdate = recursiveUpdate { boot.loader.grub = { enable = true; device = "/dev/hda"; }; x = 1; y.z = 2; } { boot.loader.grub.device = ""; x.a = 2; y = 3; };
  matchAttrs = [ (matchAttrs { cpu = { }; } { cpu = { bits = 64; }; }) (matchAttrs { cpu = { bits = 32; }; } { cpu = { bits = 64; }; }) (matchAttrs { a = 1; } { b = 1; }) (matchAttrs { } { a = 1; }) (matchAttrs { a = { }; } { a = 1; }) ];
  overrideExisting = overrideExisting { a = 1; b = 2; } { b = 3; c = 4; };
  unionOfDisjoint = [ (attrsets.unionOfDisjoint { a = 1; } { b = 2; }) (builtins.tryEval (attrsets.unionOfDisjoint { a = 1; c = 1; } { a = 2; }).a).success (attrsets.unionOfDisjoint { a = 1; c = 1; } { a = 2; }).c ];
  outputs = [ (getOutput "dev" drv).o (getBin drv).o (getLib drv).o (getDev drv.dev).o (getMan drv).o (getOutput "x" { plain = 1; }) ];
  firstOutputs = [ (getFirstOutput [ "static" "dev" ] drv).o (getStatic drv).o (getInclude drv).o (getFirstOutput [ "nope" ] { z = 1; }) ];
  chooseDevOutputs = map (x: x.o) (chooseDevOutputs [ drv drv.dev ]);
  recurseIntoAttrs = [ (recurseIntoAttrs { a = 1; }) (dontRecurseIntoAttrs { a = 1; }) ];
}
