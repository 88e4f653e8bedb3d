# What shells find when somebody logs in: the path, and variables for all.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.environment;
  variables = lib.concatStrings (lib.mapAttrsToList
    (name: value: "export ${name}=${lib.escapeShellArg (if builtins.isList value then lib.concatStringsSep ":" value else toString value)}\n")
    cfg.variables);
in
{
  options.environment = {
    variables = mkOption {
      type = types.attrsOf (types.oneOf [ types.str types.int types.path (types.listOf types.str) ]);
      default = { };
      example = { EDITOR = "vim"; };
      description = "Variables in the environment of every login.";
    };
    shellAliases = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = { ll = "ls -l"; };
      description = "Short names for commands.";
    };
    binsh = mkOption {
      type = types.path;
      default = "${pkgs.bash}/bin/bash";
      defaultText = lib.literalExpression ''"''${pkgs.bash}/bin/bash"'';
      description = "The shell at {file}`/bin/sh`.";
    };
    usrbinenv = mkOption {
      type = types.nullOr types.path;
      default = "${pkgs.coreutils}/bin/env";
      defaultText = lib.literalExpression ''"''${pkgs.coreutils}/bin/env"'';
      description = "The program at {file}`/usr/bin/env`; with `null` there is none.";
    };
  };

  config.environment = {
    etc.profile.text = ''
      # Made from the system's configuration.
      export PATH=/run/wrappers/bin:$HOME/.nix-profile/bin:/etc/profiles/per-user/$USER/bin:/nix/var/nix/profiles/default/bin:/run/current-system/sw/bin
      export TERMINFO_DIRS=/run/current-system/sw/share/terminfo:/run/current-system/sw/lib/terminfo
      ${variables}
      if [ -n "''${BASH_VERSION-}" ] && [ -r /etc/bashrc ]; then . /etc/bashrc; fi
    '';
    etc.bashrc.text = lib.concatStrings (lib.mapAttrsToList (name: value: "alias ${name}=${lib.escapeShellArg value}\n") cfg.shellAliases);
    etc.shells.text = "/run/current-system/sw/bin/bash\n/bin/sh\n";
  };
}
