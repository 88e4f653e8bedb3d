# Variables of every session, whoever starts it: PAM sets them, so they do not depend on a shell.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.environment;
  show = value: if builtins.isList value then lib.concatStringsSep ":" (map toString value) else toString value;
  escape = lib.replaceStrings [ "$" "@" ] [ "\\$" "\\@" ];
  line = name: value: "${name} DEFAULT=\"${escape (show value)}\"\n";
in
{
  options.environment.sessionVariables = mkOption {
    type = types.attrsOf (types.oneOf [ types.str types.int types.path (types.listOf (types.oneOf [ types.str types.path ])) ]);
    default = { };
    example = { EDITOR = "vim"; };
    description = "Variables in the environment of every session, set before its shell starts. A list is joined by colons.";
  };

  config = {
    assertions = lib.mapAttrsToList
      (name: value: {
        # pam_env(8) has no way to write these.
        assertion = ! lib.any (character: lib.hasInfix character (show value)) [ "\"" "\\" "\n" ];
        message = "environment.sessionVariables.${name} has a quote, a backslash or a line's end, which PAM cannot set. Write environment.variables.";
      })
      cfg.sessionVariables;

    environment.variables = builtins.mapAttrs (_: lib.mkDefault) cfg.sessionVariables;
    environment.etc."pam/environment".text = "PATH DEFAULT=\"/run/wrappers/bin:/run/current-system/sw/bin\"\n"
      + lib.concatStrings (lib.mapAttrsToList line cfg.sessionVariables);
  };
}
