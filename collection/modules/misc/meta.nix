# What modules say about themselves.
{ lib, ... }:

{
  options.meta = {
    maintainers = lib.mkOption {
      type = lib.types.listOf lib.types.unspecified;
      internal = true;
      default = [ ];
      description = "Who looks after a module.";
    };
    teams = lib.mkOption {
      type = lib.types.listOf lib.types.unspecified;
      internal = true;
      default = [ ];
      description = "Which teams look after a module.";
    };
    doc = lib.mkOption {
      type = lib.types.unspecified;
      internal = true;
      default = null;
      description = "A file that introduces the options of a module.";
    };
    buildDocsInSandbox = lib.mkOption {
      type = lib.types.bool;
      internal = true;
      default = true;
      description = "Whether a module's documentation needs nothing but its own files.";
    };
  };
}
