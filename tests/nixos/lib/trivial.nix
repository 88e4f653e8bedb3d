# trivial, fixedPoints, versions, asserts, debug, kernel, sourceTypes.
{ lib }:
with lib;
{
  id = map id [ 1 "a" null ];
  const = const 1 2;
  flip = flip (a: b: [ a b ]) 1 2;
  pipe = pipe 2 [ (x: x + 3) (x: x * 10) toString ];
  concat = concat [ 1 ] [ 2 3 ];
  mergeAttrs = mergeAttrs { a = 1; b = 2; } { b = 3; };
  or = [ (lib."or" true false) (lib."or" false false) ];
  and = [ (and true false) (and true true) ];
  xor = [ (xor true false) (xor true true) (xor false false) ];
  bitAnd = [ (bitAnd 12 10) (bitAnd (-1) 7) ];
  bitOr = bitOr 12 10;
  bitXor = bitXor 12 10;
  bitNot = [ (bitNot 0) (bitNot 5) (bitNot (-6)) ];
  boolToString = [ (boolToString true) (boolToString false) ];
  boolToYesNo = [ (boolToYesNo true) (boolToYesNo false) ];
  defaultTo = [ (defaultTo 1 null) (defaultTo 1 false) ];
  mapNullable = [ (mapNullable (x: x + 1) null) (mapNullable (x: x + 1) 1) ];
  min = [ (min 1 2) (min "b" "a") ];
  max = [ (max 1 2) (max 1.5 1) ];
  mod = [ (mod 11 10) (mod 1 10) (mod (-7) 3) (mod 7 (-3)) ];
  compare = [ (compare 1 2) (compare 2 2) (compare "b" "a") ];
  splitByAndCompare =
    let cmp = splitByAndCompare (hasPrefix "foo") compare compare; in
    [ (cmp "a" "z") (cmp "fooa" "fooz") (cmp "f" "fooa") (cmp "fooa" "a") (cmp "z" "a") ];
  importJSON = importJSON ./data.json;
  importTOML = importTOML ./data.toml;
  warnIf = [ (warnIf false "no" 1) (warnIfNot true "no" 2) (throwIf false "no" 3) (throwIfNot true "no" 4) ];
  throwIf = throwIf true "thrown" 1;
  throwIfNot = throwIfNot false "thrown" 1;
  checkListOfEnum = checkListOfEnum "these" [ "a" "b" ] [ "a" ] 5;
  checkListOfEnumFails = checkListOfEnum "these" [ "a" "b" ] [ "c" ] 5;
  showWarnings = showWarnings [ ] 7;
  info = info "shown" 3;
  isFunction = map isFunction [ (x: x) { __functor = _: x: x; } { __functor = _: 1; } { } builtins.add 1 ];
  functionArgs = [
    (functionArgs ({ a, b ? 1 }: a))
    (functionArgs (setFunctionArgs (x: x) { c = true; }))
    (functionArgs { __functor = _: { d }: d; })
    (functionArgs (x: x))
  ];
  mirrorFunctionArgs = functionArgs (mirrorFunctionArgs ({ a, b ? 1 }: a) (x: x));
  toFunction = [ (toFunction 1 2) (toFunction (x: x) 2) ];
  fromHexString = map fromHexString [ "FF" "0x7fffffffffffffff" "0" "deadBEEF" ];
  toHexString = map toHexString [ 0 9 10 15 16 255 4095 1000000 ];
  toBaseDigits = [ (toBaseDigits 10 0) (toBaseDigits 2 6) (toBaseDigits 16 250) (toBaseDigits 10 1234) ];
  toBaseDigitsFails = [ (builtins.tryEval (toBaseDigits 1 5)).success (builtins.tryEval (toBaseDigits 10 (-5))).success ];
  inPureEvalMode = builtins.isBool inPureEvalMode;
  oldestSupported = [ (oldestSupportedReleaseIsAtLeast 2405) (oldestSupportedReleaseIsAtLeast 2605) ];

  fix = fix (self: { a = 1; b = self.a + 1; });
  fix' = (fix' (self: { a = 1; })).__unfix__ { } ;
  converge = converge (x: x / 2) 16;
  extends = fix (extends (final: prev: { a = prev.a + 1; c = final.b; }) (self: { a = 1; b = self.a; }));
  composeExtensions =
    let f = final: prev: { a = prev.a + 1; }; g = final: prev: { a = prev.a * 10; b = final.a; }; in
    [ (fix (extends (composeExtensions f g) (_: { a = 1; }))) (fix (extends (composeExtensions g f) (_: { a = 1; }))) ];
  composeManyExtensions =
    let add = n: final: prev: { ${n} = prev.start or 0; last = n; start = (prev.start or 0) + 1; }; in
    [ (fix (extends (composeManyExtensions [ (add "x") (add "y") (add "z") ]) (_: { }))) (composeManyExtensions [ ] { } { a = 1; }) ];
  makeExtensible =
    let a = makeExtensible (self: { x = 1; y = self.x; }); b = a.extend (final: prev: { x = prev.x + 10; }); in
    [ a.y b.y (b.extend (_: _: { x = 5; })).y (attrNames (removeAttrs b [ "__unfix__" ])) ];
  makeExtensibleWithCustomName = attrNames (removeAttrs (makeExtensibleWithCustomName "more" (self: { })) [ "__unfix__" ]);
  toExtension = map (f: (fixedPoints.toExtension f) { final = 1; } { prev = 2; }) [
    { a = 1; } (prev: { inherit prev; }) (final: prev: { inherit final prev; })
  ];
  extend = (lib.extend (_: prev: { mine = prev.id 4; })).mine;

  versions = [ (versions.major "5.10.3") (versions.minor "5.10.3") (versions.patch "5.10.3") (versions.majorMinor "5.10.3") (versions.splitVersion "1.2pre3") ];
  pad = [ (versions.pad 3 "1.2") (versions.pad 3 "1.3-rc1") (versions.pad 3 "1.2.3.4") ];

  assertMsg = [ (assertMsg true "m") (builtins.tryEval (assertMsg false "m")).success ];
  assertOneOf = [ (assertOneOf "x" 1 [ 1 2 ]) (builtins.tryEval (assertOneOf "x" 3 [ 1 2 ])).success ];
  assertEachOneOf = [ (asserts.assertEachOneOf "x" [ 1 2 ] [ 1 2 3 ]) (builtins.tryEval (asserts.assertEachOneOf "x" [ 4 ] [ 1 2 3 ])).success ];
  checkAssertWarn = [
    (asserts.checkAssertWarn [ { assertion = true; message = "a"; } ] [ ] 1)
    (builtins.tryEval (asserts.checkAssertWarn [ { assertion = false; message = "a"; } ] [ ] 1)).success
  ];

  trace = [ (traceIf false "m" 1) (traceIf true "m" 2) (traceVal 3) (traceValFn (x: [ x ]) 4) (traceSeq { a = 1; } 5) (traceValSeq 6) ];
  traceMore = [ (traceSeqN 1 { a.b.c = 1; } 1) (traceValSeqN 2 [ [ [ 1 ] ] ]) (traceValSeqNFn (x: x) 1 2) (traceFnSeqN 2 "f" (x: x + 1) 3) ];
  runTests = runTests {
    testGood = { expr = 1; expected = 1; };
    testBad = { expr = 1; expected = 2; };
    other = { expr = 1; expected = 2; };
  };
  runSomeTests = runTests { tests = [ "other" ]; testBad = { expr = 1; expected = 2; }; other = { expr = [ 1 ]; expected = 2; }; };
  testAllTrue = testAllTrue [ true false ];
  throwTestFailures = [ (debug.throwTestFailures { failures = [ ]; }) (builtins.tryEval (debug.throwTestFailures { failures = [ { name = "x"; expected = 1; result = 2; } ]; })).success ];

  kernel = [ kernel.yes kernel.no kernel.module kernel.unset (kernel.freeform "a") (kernel.option kernel.yes) ];
  kernelWhen = with kernel.whenHelpers "5.10"; [ (whenAtLeast "5.4" 1) (whenOlder "5.10" 2) (whenBetween "5.0" "6.0" 3) ];
  sourceTypes = sourceTypes;
}
