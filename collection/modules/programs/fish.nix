# The shell fish. What all shells have is given to it by bash, whose environment it takes over once.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.fish;
  env = config.environment;
  lines = description: mkOption { type = types.lines; default = ""; inherit description; };
  perName = description: mkOption {
    type = types.attrsOf (types.nullOr (types.either types.str types.path));
    default = { };
    inherit description;
  };

  quote = text: "'${lib.replaceStrings [ "\\" "'" ] [ "\\\\" "\\'" ] text}'";
  words = command: set: lib.concatStrings (lib.mapAttrsToList
    (name: value: lib.optionalString (value != null) "${command} ${quote name} ${quote "${value}"}\n")
    set);

  # Prints, as fish sets them, the variables that a file of bash sets and that were not so before.
  translate = pkgs.writeText "environment-for-fish.sh" ''
    declare -A before
    while IFS= read -r -d "" entry; do before["''${entry%%=*}"]=''${entry#*=}; done < <(${pkgs.coreutils}/bin/env -0)
    . "$1" > /dev/null
    while IFS= read -r -d "" entry; do
      name=''${entry%%=*} value=''${entry#*=}
      case $name in SHLVL | PWD | OLDPWD | _ | BASH*) continue ;; esac
      if [ "''${before[$name]-}" = "$value" ]; then continue; fi
      value=''${value//\\/\\\\}
      value=''${value//"'"/"\\'"}
      # Lists of folders are lists in fish.
      case $name in *PATH) value=''${value//:/"' '"} ;; esac
      printf "set -gx %s '%s'\n" "$name" "$value"
    done < <(${pkgs.coreutils}/bin/env -0)
  '';
  fromBash = file: "${pkgs.bash}/bin/bash ${translate} ${file} | source\n";
in
{
  options.programs.fish = {
    enable = mkOption { type = types.bool; default = false; description = "Whether fish is set up, and may be somebody's shell."; };
    package = mkOption { type = types.package; default = pkgs.fish; defaultText = lib.literalExpression "pkgs.fish"; description = "The package of fish."; };
    shellAliases = perName "Short names for commands, in fish alone.";
    shellAbbrs = perName "Abbreviations that are written out as one types.";
    shellInit = lines "Code at the start of every fish.";
    loginShellInit = lines "Code at the start of a login.";
    interactiveShellInit = lines "Code at the start of a fish that somebody types at.";
    promptInit = lines "Code that sets the prompt.";
    useBabelfish = mkOption { type = types.bool; default = false; description = "Whether code for bash is translated; here bash runs it in any case."; };
    vendor.config.enable = mkOption { type = types.bool; default = true; description = "Whether what packages bring in {file}`share/fish/vendor_conf.d` is read."; };
    vendor.completions.enable = mkOption { type = types.bool; default = true; description = "Whether packages' completions are used."; };
    vendor.functions.enable = mkOption { type = types.bool; default = true; description = "Whether packages' functions are there."; };
  };

  config = lib.mkIf cfg.enable {
    programs.fish.shellAliases = builtins.mapAttrs (_: lib.mkDefault) env.shellAliases;

    environment.systemPackages = [ cfg.package ];
    environment.shells = [ "/run/current-system/sw/bin/fish" ];
    environment.pathsToLink = lib.optional cfg.vendor.config.enable "/share/fish/vendor_conf.d"
      ++ lib.optional cfg.vendor.completions.enable "/share/fish/vendor_completions.d"
      ++ lib.optional cfg.vendor.functions.enable "/share/fish/vendor_functions.d";
    environment.etc."fish/config.fish".text = ''
      # Made from the system's configuration.
      if not set -q __NIXOS_SET_ENVIRONMENT_DONE
        ${fromBash config.system.build.setEnvironment}
      end
      for profile in $HOME/.nix-profile /etc/profiles/per-user/$USER /run/current-system/sw
        if test -d $profile/share/fish/vendor_completions.d; set -a fish_complete_path $profile/share/fish/vendor_completions.d; end
        if test -d $profile/share/fish/vendor_functions.d; set -a fish_function_path $profile/share/fish/vendor_functions.d; end
      end
      for file in /run/current-system/sw/share/fish/vendor_conf.d/*.fish; source $file; end

      if not set -q __fish_nixos_general_config_sourced
        set -g __fish_nixos_general_config_sourced 1
        ${lib.optionalString (env.shellInit != "") (fromBash (pkgs.writeText "shell-init" env.shellInit))}
        ${cfg.shellInit}
      end
      if status --is-login; and not set -q __fish_nixos_login_config_sourced
        set -g __fish_nixos_login_config_sourced 1
        ${lib.optionalString (env.loginShellInit != "") (fromBash (pkgs.writeText "login-shell-init" env.loginShellInit))}
        ${cfg.loginShellInit}
      end
      if status --is-interactive; and not set -q __fish_nixos_interactive_config_sourced
        set -g __fish_nixos_interactive_config_sourced 1
        ${lib.optionalString (env.interactiveShellInit != "") (fromBash (pkgs.writeText "interactive-shell-init" env.interactiveShellInit))}
        ${words "alias --" cfg.shellAliases}
        ${words "abbr -ag --" cfg.shellAbbrs}
        ${cfg.promptInit}
        ${cfg.interactiveShellInit}
      end
    '';
  };
}
