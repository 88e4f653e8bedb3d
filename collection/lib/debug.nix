# Looking at values while they are evaluated, and tests as attribute sets.
{ lib }:

let
  inherit (builtins) deepSeq elem isAttrs isList mapAttrs substring trace;
  pretty = lib.generators.toPretty { allowPrettyValues = true; };
in
rec {
  inherit (builtins) trace addErrorContext unsafeGetAttrPos;

  traceIf = condition: message: value: if condition then trace message value else value;
  traceValFn = f: value: trace (f value) value;
  traceVal = value: trace value value;
  traceSeq = shown: value: trace (deepSeq shown shown) value;
  traceValSeqFn = f: value: traceValFn f (deepSeq value value);
  traceValSeq = value: trace (deepSeq value value) value;

  # Shows no more than `depth` levels.
  traceSeqN = depth: shown: value:
    let
      literal = text: { __pretty = _: text; val = null; };
      cut = n: x:
        if n == 0 then if isList x then literal "[…]" else if isAttrs x then literal "{…}" else x
        else if isList x then map (cut (n - 1)) x
        else if isAttrs x then mapAttrs (_: cut (n - 1)) x
        else x;
    in
    trace (pretty (cut depth shown)) value;
  traceValSeqNFn = f: depth: value: traceSeqN depth (f value) value;
  traceValSeqN = traceValSeqNFn (x: x);
  traceFnSeqN = depth: name: f: from: let to = f from; in traceSeqN (depth + 1) { fn = name; inherit from to; } to;

  # The tests whose `expr` is not what is `expected`: those named test…, or those that the attribute `tests` lists.
  runTests = tests:
    let
      chosen = tests.tests or [ ];
      isChosen = name: if chosen == [ ] then substring 0 4 name == "test" else elem name chosen;
      failure = name: test:
        if isChosen name && test.expr != test.expected
        then [ { inherit name; inherit (test) expected; result = test.expr; } ]
        else [ ];
    in
    lib.concatLists (lib.mapAttrsToList failure tests);

  throwTestFailures = { failures, description ? "tests", ... }:
    let
      show = value: builtins.unsafeDiscardStringContext (pretty value);
      report = failure: "FAIL ${show failure.name}:\nExpected:\n${show failure.expected}\n\nResult:\n${show failure.result}\n";
      traced = builtins.foldl' (_: failure: traceVal (report failure)) null failures;
    in
    if failures == [ ] then null
    else throw (builtins.seq traced
      "${toString (builtins.length failures)} ${description} failed:\n- ${lib.concatMapStringsSep "\n- " (f: f.name) failures}\n\n${builtins.toJSON failures}");

  testAllTrue = expr: { inherit expr; expected = map (_: true) expr; };
}
