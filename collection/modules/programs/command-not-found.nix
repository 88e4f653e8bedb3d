# What a shell says of a command that is not there: which package would have it. There is no index of all packages' programs, so
# it can only be off.
{ config, lib, ... }:

{
  options.programs.command-not-found.enable = lib.mkOption {
    type = lib.types.bool;
    default = false;
    description = "Whether shells name the package of a command that is not there. It cannot be on.";
  };

  config.assertions = [
    {
      assertion = !config.programs.command-not-found.enable;
      about = [ [ "programs" "command-not-found" "enable" ] ];
      message = "programs.command-not-found.enable: there is no index of all packages' programs. Look for one with `firn search`.";
    }
  ];
}
