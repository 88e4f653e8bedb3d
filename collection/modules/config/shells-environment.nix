# What all shells have in common: variables, the path, short names, and what they run when they start. The shells themselves are
# programs/bash, programs/zsh and programs/fish.nix.
{ config, lib, pkgs, utils, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.environment;

  # A path through all profiles, each with the suffixes.
  throughProfiles = suffixes: lib.concatMap (profile: map (suffix: profile + suffix) suffixes) cfg.profiles;
  show = value: if builtins.isList value then lib.concatMapStringsSep ":" toString value else toString value;

  # Before what the profiles have.
  first = { PATH = [ "/run/wrappers/bin" ]; XDG_CONFIG_DIRS = [ "/etc/xdg" ]; };
  relative = builtins.mapAttrs (name: suffixes: first.${name} or [ ] ++ throughProfiles suffixes) cfg.profileRelativeEnvVars;
  # Values may use variables that are set already; nothing else in them means anything to a shell.
  export = name: value: "export ${name}=\"${lib.replaceStrings [ "\\" "\"" "`" ] [ "\\\\" "\\\"" "\\`" ] (show value)}\"\n";
  exportRelative = name: value: export name (value ++ lib.optional (cfg.variables ? ${name}) cfg.variables.${name});
in
{
  options.environment = {
    variables = mkOption {
      type = types.attrsOf (types.oneOf [ types.str types.int types.path (types.listOf (types.oneOf [ types.str types.path ])) ]);
      default = { };
      example = { EDITOR = "vim"; };
      description = "Variables in the environment of every login. A list is joined by colons.";
    };
    profiles = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "The trees of programs that a user has, the first one before the others.";
    };
    profileRelativeEnvVars = mkOption {
      type = types.attrsOf (types.listOf types.str);
      default = { };
      example = { MANPATH = [ "/man" "/share/man" ]; };
      description = "Variables that list a folder of each of {option}`environment.profiles`.";
    };
    extraInit = mkOption { type = types.lines; default = ""; description = "Shell code behind the variables, where they are set."; };
    shellInit = mkOption { type = types.lines; default = ""; description = "Shell code at the start of every shell."; };
    loginShellInit = mkOption { type = types.lines; default = ""; description = "Shell code at the start of a login shell."; };
    interactiveShellInit = mkOption { type = types.lines; default = ""; description = "Shell code at the start of a shell that somebody types at."; };
    shellAliases = mkOption {
      type = types.attrsOf (types.nullOr (types.either types.str types.path));
      default = { };
      example = { l = null; ll = "ls -l"; };
      description = "Short names for commands, in every shell. `null` takes one away.";
    };
    homeBinInPath = mkOption { type = types.bool; default = false; description = "Whether {file}`~/bin` is in the path."; };
    localBinInPath = mkOption { type = types.bool; default = false; description = "Whether {file}`~/.local/bin` is in the path."; };
    shells = mkOption {
      type = types.listOf (types.either types.shellPackage types.path);
      default = [ ];
      example = lib.literalExpression "[ pkgs.zsh ]";
      description = "The programs that may be somebody's shell, for {file}`/etc/shells`.";
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

  config = {
    environment.profiles = lib.mkMerge [
      (lib.mkBefore [ "$HOME/.nix-profile" "/etc/profiles/per-user/$USER" ])
      (lib.mkAfter [ "/nix/var/nix/profiles/default" "/run/current-system/sw" ])
    ];
    environment.profileRelativeEnvVars = {
      PATH = [ "/bin" ];
      INFOPATH = [ "/info" "/share/info" ];
      TERMINFO_DIRS = [ "/share/terminfo" "/lib/terminfo" ];
      XDG_CONFIG_DIRS = [ "/etc/xdg" ];
      XDG_DATA_DIRS = [ "/share" ];
    };
    environment.shellAliases = builtins.mapAttrs (_: lib.mkDefault) { ls = "ls --color=tty"; ll = "ls -l"; l = "ls -alh"; };

    # Also for programs that start shells of their own.
    system.build.setEnvironment = pkgs.writeText "set-environment" (
      "# Made from the system's configuration. Once a session.\nexport __NIXOS_SET_ENVIRONMENT_DONE=1\n\n"
      + lib.concatStrings (lib.mapAttrsToList export (removeAttrs cfg.variables (builtins.attrNames relative)))
      + lib.concatStrings (lib.mapAttrsToList exportRelative relative)
      + lib.optionalString cfg.localBinInPath "export PATH=\"$HOME/.local/bin:$PATH\"\n"
      + lib.optionalString cfg.homeBinInPath "export PATH=\"$HOME/bin:$PATH\"\n"
      + "\n" + cfg.extraInit
    );
    environment.etc.set-environment.source = config.system.build.setEnvironment;
    environment.etc.shells.text = lib.concatMapStrings (shell: "${utils.toShellPath shell}\n") cfg.shells + "/bin/sh\n";
  };
}
