# What is built out of a configuration.
{ lib, ... }:

{
  options.system.build = lib.mkOption {
    internal = true;
    default = { };
    type = lib.types.submoduleWith {
      modules = [ { freeformType = lib.types.lazyAttrsOf (lib.types.uniq lib.types.unspecified); } ];
    };
    description = "Store objects, and the data that they are made of, by name.";
  };
}
