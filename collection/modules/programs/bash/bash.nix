# The shell bash, which every system has: what it runs at a login (/etc/profile) and for whoever types at it (/etc/bashrc).
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.bash;
  env = config.environment;

  aliases = lib.concatStrings (lib.mapAttrsToList
    (name: value: lib.optionalString (value != null) "alias -- ${name}=${lib.escapeShellArg "${value}"}\n")
    cfg.shellAliases);
  lines = description: mkOption { type = types.lines; default = ""; inherit description; };
in
{
  imports = [ (lib.mkRenamedOptionModule [ "programs" "bash" "enableCompletion" ] [ "programs" "bash" "completion" "enable" ]) ];

  options.programs.bash = {
    enable = mkOption { type = types.bool; default = true; description = "Whether bash is set up for those who log in."; };
    shellAliases = mkOption {
      type = types.attrsOf (types.nullOr (types.either types.str types.path));
      default = { };
      description = "Short names for commands, in bash alone.";
    };
    shellInit = lines "Shell code at the start of every bash that somebody types at or logs in to.";
    loginShellInit = lines "Shell code at the start of a login.";
    interactiveShellInit = lines "Shell code at the start of a bash that somebody types at.";
    logout = lines "Shell code at the end of a login.";
    promptInit = mkOption {
      type = types.lines;
      default = ''
        # Red for root.
        if [ "$TERM" != dumb ] || [ -n "''${INSIDE_EMACS-}" ]; then
          if [ "$UID" = 0 ]; then promptColor=31; else promptColor=32; fi
          PS1='\n\[\e[1;'$promptColor'm\][\u@\h:\w]\$\[\e[0m\] '
          unset promptColor
        fi
      '';
      description = "Shell code that sets the prompt.";
    };
    promptPluginInit = mkOption { type = types.lines; default = ""; internal = true; description = "Shell code behind the prompt's."; };
    completion.enable = mkOption { type = types.bool; default = true; description = "Whether arguments are completed as their programs understand them."; };
    completion.package = mkOption {
      type = types.package;
      default = pkgs.bash-completion;
      defaultText = lib.literalExpression "pkgs.bash-completion";
      description = "The package with the completions.";
    };
    enableLsColors = mkOption { type = types.bool; default = true; description = "Whether {command}`ls` knows colours for kinds of files."; };
  };

  config = lib.mkIf cfg.enable {
    programs.bash = {
      shellAliases = builtins.mapAttrs (_: lib.mkDefault) env.shellAliases;
      shellInit = env.shellInit;
      loginShellInit = env.loginShellInit;
      interactiveShellInit = lib.mkMerge [
        env.interactiveShellInit
        (lib.mkBefore ''
          # The size of the window is asked for after each command.
          shopt -s checkwinsize
        '')
      ];
    };

    environment.shells = [ "/run/current-system/sw/bin/bash" ];
    environment.pathsToLink = lib.optional cfg.completion.enable "/share/bash-completion";
    environment.etc = {
      profile.text = ''
        # Made from the system's configuration: for every login.
        if [ -n "''${__ETC_PROFILE_SOURCED-}" ]; then return; fi
        __ETC_PROFILE_SOURCED=1
        # Not in the environment: a login within a login reads this too.
        export __ETC_PROFILE_DONE=1

        if [ -z "''${__NIXOS_SET_ENVIRONMENT_DONE-}" ]; then . ${config.system.build.setEnvironment}; fi

        ${cfg.shellInit}
        ${cfg.loginShellInit}

        if test -f /etc/profile.local; then . /etc/profile.local; fi
        if [ -n "''${BASH_VERSION-}" ]; then . /etc/bashrc; fi
      '';
      bashrc.text = ''
        # Made from the system's configuration: for every bash that somebody types at.
        if [ -n "''${__ETC_BASHRC_SOURCED-}" ] || [ -n "''${NOSYSBASHRC-}" ]; then return; fi
        __ETC_BASHRC_SOURCED=1

        if [ -z "''${__ETC_PROFILE_DONE-}" ]; then . /etc/profile; fi
        case $- in *i*) ;; *) return ;; esac

        ${cfg.interactiveShellInit}
        ${cfg.promptInit}
        ${cfg.promptPluginInit}
        ${aliases}
        ${lib.optionalString cfg.enableLsColors ''eval "$(${pkgs.coreutils}/bin/dircolors -b)"''}
        ${lib.optionalString cfg.completion.enable ''
          if shopt -q progcomp && [ -r ${cfg.completion.package}/share/bash-completion/bash_completion ]; then
            . ${cfg.completion.package}/share/bash-completion/bash_completion
          fi
        ''}
        if test -f /etc/bashrc.local; then . /etc/bashrc.local; fi
      '';
      bash_logout.text = ''
        # Made from the system's configuration.
        ${cfg.logout}
      '';
      # Programs that edit lines as bash does.
      inputrc.text = lib.mkDefault ''
        set bell-style none
        set meta-flag on
        set input-meta on
        set convert-meta off
        set output-meta on
        set colored-stats on
        "\e[1~": beginning-of-line
        "\e[4~": end-of-line
        "\e[3~": delete-char
        "\e[5C": forward-word
        "\e[5D": backward-word
        "\e[1;5C": forward-word
        "\e[1;5D": backward-word
      '';
    };
  };
}
