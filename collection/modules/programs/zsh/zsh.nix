# The shell zsh. The archive's reads its files in /etc/zsh, and finds its modules and functions by what the first of them says.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.zsh;
  env = config.environment;
  package = pkgs.zsh;

  lines = description: mkOption { type = types.lines; default = ""; inherit description; };
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  aliases = lib.concatStrings (lib.mapAttrsToList
    (name: value: lib.optionalString (value != null) "alias -- ${lib.escapeShellArg name}=${lib.escapeShellArg "${value}"}\n")
    cfg.shellAliases);
  header = "# Made from the system's configuration.\n";
in
{
  options.programs.zsh = {
    enable = flag false "Whether zsh is set up, and may be somebody's shell.";
    shellAliases = mkOption {
      type = types.attrsOf (types.nullOr (types.either types.str types.path));
      default = { };
      description = "Short names for commands, in zsh alone.";
    };
    shellInit = lines "Shell code at the start of every zsh.";
    loginShellInit = lines "Shell code at the start of a login.";
    interactiveShellInit = lines "Shell code at the start of a zsh that somebody types at.";
    promptInit = mkOption {
      type = types.lines;
      default = "autoload -U promptinit && promptinit && prompt suse && setopt prompt_sp\n";
      description = "Shell code that sets the prompt.";
    };
    histSize = mkOption { type = types.int; default = 2000; description = "How many lines of the history are kept."; };
    histFile = mkOption { type = types.str; default = "$HOME/.zsh_history"; description = "The file with the history."; };
    setOptions = mkOption {
      type = types.listOf types.str;
      default = [ "HIST_IGNORE_DUPS" "SHARE_HISTORY" "HIST_FCNTL_LOCK" ];
      example = [ "EXTENDED_HISTORY" "RM_STAR_WAIT" ];
      description = "Options that are set, as {manpage}`zshoptions(1)` names them.";
    };
    enableCompletion = flag true "Whether arguments are completed as their programs understand them.";
    enableBashCompletion = flag false "Whether completions of bash are used too.";
    enableGlobalCompInit = flag cfg.enableCompletion "Whether completion is set up here, and not in each user's own file.";
    enableLsColors = flag true "Whether {command}`ls` knows colours for kinds of files.";
    vteIntegration = flag false "Whether terminals of GNOME's library are told the folder.";

    autosuggestions = {
      enable = flag false "Whether lines of the history are suggested as one types.";
      async = flag true "Whether they are looked for while one types on.";
      highlightStyle = mkOption { type = types.str; default = "fg=8"; example = "fg=cyan"; description = "How they look."; };
      strategy = mkOption {
        type = types.listOf (types.enum [ "history" "completion" "match_prev_cmd" ]);
        default = [ "history" ];
        description = "Where they come from, the first one before the others.";
      };
      extraConfig = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = { ZSH_AUTOSUGGEST_BUFFER_MAX_SIZE = "20"; };
        description = "Variables that the plugin reads.";
      };
    };
    syntaxHighlighting = {
      enable = flag false "Whether what one types is coloured.";
      highlighters = mkOption {
        type = types.listOf (types.enum [ "main" "brackets" "pattern" "cursor" "regexp" "root" "line" ]);
        default = [ "main" ];
        description = "What is coloured.";
      };
      patterns = mkOption { type = types.attrsOf types.str; default = { }; example = { "rm -rf *" = "fg=white,bold,bg=red"; }; description = "Styles of what matches a pattern."; };
      styles = mkOption { type = types.attrsOf types.str; default = { }; example = { alias = "fg=magenta,bold"; }; description = "Styles by kind."; };
    };
  };

  config = lib.mkIf cfg.enable {
    programs.zsh = {
      shellAliases = builtins.mapAttrs (_: lib.mkDefault) env.shellAliases;
      inherit (env) shellInit loginShellInit interactiveShellInit;
    };

    environment.systemPackages = [ package ];
    environment.shells = [ "/run/current-system/sw/bin/zsh" ];
    environment.pathsToLink = lib.optional cfg.enableCompletion "/share/zsh";
    environment.etc = {
      "zsh/zshenv".text = ''
        ${header}
        module_path=(${package}/lib/x86_64-linux-gnu/zsh/$ZSH_VERSION)
        typeset -U fpath
        fpath=($HOME/.nix-profile/share/zsh/{site-functions,vendor-completions}(N) /etc/profiles/per-user/$USER/share/zsh/{site-functions,vendor-completions}(N)
          /run/current-system/sw/share/zsh/{site-functions,vendor-completions}(N) ${pkgs.zsh-common}/share/zsh/functions/**/*(/N) ${pkgs.zsh-common}/share/zsh/functions)

        if [ -n "''${__ETC_ZSHENV_SOURCED-}" ]; then return; fi
        __ETC_ZSHENV_SOURCED=1
        if [ -z "''${__NIXOS_SET_ENVIRONMENT_DONE-}" ]; then . ${config.system.build.setEnvironment}; fi
        HELPDIR=${pkgs.zsh-common}/share/zsh/help

        ${cfg.shellInit}
        if test -f /etc/zshenv.local; then . /etc/zshenv.local; fi
      '';
      "zsh/zprofile".text = ''
        ${header}
        if [ -n "''${__ETC_ZPROFILE_SOURCED-}" ]; then return; fi
        __ETC_ZPROFILE_SOURCED=1
        ${cfg.loginShellInit}
        if test -f /etc/zprofile.local; then . /etc/zprofile.local; fi
      '';
      "zsh/zshrc".text = ''
        ${header}
        if [ -n "$__ETC_ZSHRC_SOURCED" ] || [ -n "$NOSYSZSHRC" ]; then return; fi
        __ETC_ZSHRC_SOURCED=1

        SAVEHIST=${toString cfg.histSize}
        HISTSIZE=${toString cfg.histSize}
        HISTFILE=${cfg.histFile}
        ${lib.optionalString (cfg.setOptions != [ ]) "setopt ${toString cfg.setOptions}"}
        ${lib.optionalString cfg.enableGlobalCompInit "autoload -U compinit && compinit"}
        ${lib.optionalString cfg.enableBashCompletion "autoload -U bashcompinit && bashcompinit"}

        ${cfg.interactiveShellInit}
        ${lib.optionalString cfg.autosuggestions.enable ''
          . ${pkgs.zsh-autosuggestions}/share/zsh-autosuggestions/zsh-autosuggestions.zsh
          export ZSH_AUTOSUGGEST_HIGHLIGHT_STYLE=${lib.escapeShellArg cfg.autosuggestions.highlightStyle}
          export ZSH_AUTOSUGGEST_STRATEGY=(${toString cfg.autosuggestions.strategy})
          ${lib.optionalString (!cfg.autosuggestions.async) "unset ZSH_AUTOSUGGEST_USE_ASYNC"}
          ${lib.concatStringsSep "\n" (lib.mapAttrsToList (name: value: "export ${name}=${lib.escapeShellArg value}") cfg.autosuggestions.extraConfig)}
        ''}
        ${lib.optionalString cfg.enableLsColors ''eval "$(${pkgs.coreutils}/bin/dircolors -b)"''}
        ${aliases}
        ${cfg.promptInit}
        ${lib.optionalString cfg.syntaxHighlighting.enable ''
          . ${pkgs.zsh-syntax-highlighting}/share/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh
          ZSH_HIGHLIGHT_HIGHLIGHTERS=(${toString cfg.syntaxHighlighting.highlighters})
          ${lib.concatStringsSep "\n" (lib.mapAttrsToList (pattern: style: "ZSH_HIGHLIGHT_PATTERNS+=(${lib.escapeShellArg pattern} ${lib.escapeShellArg style})") cfg.syntaxHighlighting.patterns)}
          ${lib.concatStringsSep "\n" (lib.mapAttrsToList (kind: style: "ZSH_HIGHLIGHT_STYLES[${kind}]=${lib.escapeShellArg style}") cfg.syntaxHighlighting.styles)}
        ''}
        if test -f /etc/zshrc.local; then . /etc/zshrc.local; fi
      '';
    };
  };

  imports = [
    (lib.mkRenamedOptionModule [ "programs" "zsh" "enableAutosuggestions" ] [ "programs" "zsh" "autosuggestions" "enable" ])
    (lib.mkRenamedOptionModule [ "programs" "zsh" "enableSyntaxHighlighting" ] [ "programs" "zsh" "syntaxHighlighting" "enable" ])
  ];
}
