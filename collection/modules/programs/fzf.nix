# fzf in the shells: what one types is looked for in files and in the history.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.fzf;
  enabled = cfg.fuzzyCompletion || cfg.keybindings;
  shares = "${pkgs.fzf}/share/doc/fzf/examples";
  source = shell: lib.optionalString cfg.fuzzyCompletion "if [ -r ${shares}/completion.${shell} ]; then . ${shares}/completion.${shell}; fi\n"
    + lib.optionalString cfg.keybindings ". ${shares}/key-bindings.${shell}\n";
in
{
  options.programs.fzf = {
    fuzzyCompletion = mkOption { type = types.bool; default = false; description = "Whether `**` completes anything."; };
    keybindings = mkOption { type = types.bool; default = false; description = "Whether Ctrl-R and Ctrl-T look for something."; };
  };

  config = lib.mkIf enabled {
    environment.systemPackages = [ pkgs.fzf ];
    programs.bash.interactiveShellInit = source "bash";
    programs.zsh.interactiveShellInit = source "zsh";
    programs.fish.interactiveShellInit = lib.mkIf cfg.keybindings "source ${shares}/key-bindings.fish; fzf_key_bindings\n";
  };
}
