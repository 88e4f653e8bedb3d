# The editor nano, and its settings for everybody.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.nano;
in
{
  options.programs.nano = {
    enable = mkOption { type = types.bool; default = false; description = "Whether nano is there."; };
    package = mkOption { type = types.package; default = pkgs.nano; defaultText = lib.literalExpression "pkgs.nano"; description = "The package of nano."; };
    nanorc = mkOption { type = types.lines; default = ""; example = "set tabsize 2"; description = "Lines for {file}`/etc/nanorc`."; };
    syntaxHighlight = mkOption { type = types.bool; default = true; description = "Whether texts are coloured by what they are."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    environment.variables.EDITOR = lib.mkDefault "nano";
    environment.etc.nanorc.text = lib.optionalString cfg.syntaxHighlight ''include "${cfg.package}/share/nano/*.nanorc"'' + "\n" + cfg.nanorc;
  };
}
