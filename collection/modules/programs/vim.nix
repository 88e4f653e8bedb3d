# The editor vim.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.vim;
in
{
  options.programs.vim = {
    enable = mkOption { type = types.bool; default = false; description = "Whether vim is there."; };
    defaultEditor = mkOption { type = types.bool; default = false; description = "Whether it is what programs edit texts with."; };
    package = mkOption { type = types.package; default = pkgs.vim; defaultText = lib.literalExpression "pkgs.vim"; example = lib.literalExpression "pkgs.vim-nox"; description = "The package of vim."; };
  };

  config = lib.mkIf (cfg.enable || cfg.defaultEditor) {
    environment.systemPackages = [ cfg.package ];
    environment.variables.EDITOR = lib.mkIf cfg.defaultEditor (lib.mkOverride 900 "vim");
    environment.pathsToLink = [ "/share/vim" "/share/vim-plugins" ];
  };
}
