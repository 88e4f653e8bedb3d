# Settings of a kernel's configuration.
{ lib }:

let
  state = tristate: { inherit tristate; optional = false; };
in
{
  yes = state "y";
  no = state "n";
  module = state "m";
  unset = state null;
  freeform = value: { freeform = value; optional = false; };
  option = setting: setting // { optional = true; };

  whenHelpers = version: {
    whenAtLeast = from: lib.mkIf (lib.versionAtLeast version from);
    whenOlder = to: lib.mkIf (lib.versionOlder version to);
    whenBetween = from: to: lib.mkIf (lib.versionAtLeast version from && lib.versionOlder version to);
  };
}
