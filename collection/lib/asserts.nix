# Conditions with a message, for `assert` and for the assertions and warnings that modules collect.
{ lib }:

let
  show = lib.generators.toPretty { };
in
rec {
  assertMsg = condition: message: condition || throw message;

  assertOneOf = name: value: allowed:
    assertMsg (builtins.elem value allowed) "${name} must be one of ${show allowed}, but is: ${show value}";

  assertEachOneOf = name: values: allowed:
    assertMsg (builtins.all (value: builtins.elem value allowed) values)
      "each element in ${name} must be one of ${show allowed}, but is: ${show values}";

  # `value`, after the warnings were shown; all assertions that fail are thrown together.
  checkAssertWarn = assertions: warnings: value:
    let failed = builtins.filter (a: !a.assertion) assertions; in
    if failed == [ ]
    then lib.showWarnings warnings value
    else throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (a: "- ${a.message}") failed}";
}
