# zoxide in the shells: `z` goes to a folder by a part of its name.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.zoxide;
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  hook = shell: "eval \"$(${cfg.package}/bin/zoxide init ${shell} ${toString cfg.flags})\"\n";
in
{
  options.programs.zoxide = {
    enable = flag false "Whether it is there.";
    package = mkOption { type = types.package; default = pkgs.zoxide; defaultText = lib.literalExpression "pkgs.zoxide"; description = "The package."; };
    enableBashIntegration = flag true "Whether bash has it.";
    enableZshIntegration = flag true "Whether zsh has it.";
    enableFishIntegration = flag true "Whether fish has it.";
    enableXonshIntegration = flag false "Whether xonsh has it.";
    flags = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--cmd cd" ]; description = "Arguments at its start."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    programs.bash.interactiveShellInit = lib.mkIf cfg.enableBashIntegration (hook "bash");
    programs.zsh.interactiveShellInit = lib.mkIf cfg.enableZshIntegration (hook "zsh");
    programs.fish.interactiveShellInit = lib.mkIf cfg.enableFishIntegration "${cfg.package}/bin/zoxide init fish ${toString cfg.flags} | source\n";
  };
}
