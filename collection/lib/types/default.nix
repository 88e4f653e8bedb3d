# The types of options. A type says which values it takes (`check`), how several definitions become one value (`merge`), what
# there is when there is no definition (`emptyValue`), which options lie within it (`getSubOptions`, `getSubModules`), and how
# two declarations with this type become one (`typeMerge`, `functor`). A type whose merge function has `v2` checks as it
# merges: from { loc; defs; } it makes { headError; value; valueMeta; }.
{ lib }:

let
  base = import ./base.nix { inherit lib; };
  load = file: import file { inherit lib base; };
in
{ inherit (base) isType setType defaultTypeMerge defaultFunctor isOptionType mkOptionType optionDescriptionPhrase mergeTypes; }
// load ./simple.nix
// load ./numbers.nix
// load ./strings.nix
// load ./paths.nix
// load ./collections.nix
// load ./alternatives.nix
// load ./submodule.nix
// { types = lib.types; }
