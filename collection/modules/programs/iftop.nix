# The program iftop: who sends and receives, for every user.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.iftop;
in
{
  options.programs.iftop = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether every user may see who sends and receives."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.iftop; defaultText = lib.literalExpression "pkgs.iftop"; description = "The package."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    security.wrappers.iftop = { owner = "root"; group = "root"; capabilities = "cap_net_raw+p"; source = "${cfg.package}/bin/iftop"; };
  };
}
