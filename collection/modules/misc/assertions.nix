# What modules require of the whole configuration, and what they warn of.
{ lib, ... }:

{
  options = {
    assertions = lib.mkOption {
      type = lib.types.listOf lib.types.unspecified;
      internal = true;
      default = [ ];
      example = [ { assertion = false; message = "you can't enable this for that reason"; } ];
      description = ''
        Conditions that must hold, each with the message for the user when it does not. All that fail are shown together. With
        `about`, a list of paths of options, the lines are shown with it where they are set.
      '';
    };

    warnings = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      internal = true;
      default = [ ];
      example = [ "The `foo' service is deprecated and will go away soon!" ];
      description = "Messages that are shown when the configuration is evaluated.";
    };
  };
}
