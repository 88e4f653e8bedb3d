# direnv: variables of a folder, set when a shell enters it.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.direnv;
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  toml = pkgs.formats.toml { };

  hook = shell: ''
    if ${lib.boolToString cfg.loadInNixShell} || [ -z "''${IN_NIX_SHELL-}" ]; then
      ${lib.optionalString cfg.silent "export DIRENV_LOG_FORMAT="}
      eval "$(${cfg.package}/bin/direnv hook ${shell})"
    fi
  '';
in
{
  options.programs.direnv = {
    enable = flag false "Whether shells take variables from {file}`.envrc`.";
    package = mkOption { type = types.package; default = pkgs.direnv; defaultText = lib.literalExpression "pkgs.direnv"; description = "The package of direnv."; };
    finalPackage = mkOption { type = types.package; visible = false; readOnly = true; default = cfg.package; description = "The package that is used."; };
    enableBashIntegration = flag true "Whether bash does.";
    enableZshIntegration = flag true "Whether zsh does.";
    enableFishIntegration = flag true "Whether fish does.";
    direnvrcExtra = mkOption { type = types.lines; default = ""; description = "Functions for all {file}`.envrc`."; };
    silent = flag false "Whether it says nothing of what it sets.";
    loadInNixShell = flag true "Whether it works within {command}`nix-shell` too.";
    settings = mkOption { inherit (toml) type; default = { }; description = "Settings, as {manpage}`direnv.toml(1)` has them."; };
    nix-direnv.enable = flag false "Whether `use nix` builds only when its file changes. The archive has no such package.";
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = !cfg.nix-direnv.enable;
        about = [ [ "programs" "direnv" "nix-direnv" "enable" ] ];
        message = "programs.direnv.nix-direnv.enable: there is no package of nix-direnv.";
      }
    ];
    environment.systemPackages = [ cfg.package ];
    environment.variables.DIRENV_CONFIG = "/etc/direnv";
    environment.etc = {
      "direnv/direnvrc".text = cfg.direnvrcExtra + ''

        # What users have of their own still counts.
        for file in "''${XDG_CONFIG_HOME:-$HOME/.config}/direnv/direnvrc" "$HOME/.direnvrc"; do if [ -r "$file" ]; then . "$file"; break; fi; done
      '';
      "direnv/direnv.toml" = lib.mkIf (cfg.settings != { }) { source = toml.generate "direnv.toml" cfg.settings; };
    };
    programs.bash.interactiveShellInit = lib.mkIf cfg.enableBashIntegration (hook "bash");
    programs.zsh.interactiveShellInit = lib.mkIf cfg.enableZshIntegration (hook "zsh");
    programs.fish.interactiveShellInit = lib.mkIf cfg.enableFishIntegration (
      lib.optionalString cfg.silent "set -gx DIRENV_LOG_FORMAT ''\n" + "${cfg.package}/bin/direnv hook fish | source\n"
    );
  };
}
