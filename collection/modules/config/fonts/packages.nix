# The fonts that all programs find.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.fonts;
in
{
  imports = [
    (lib.mkRenamedOptionModule [ "fonts" "fonts" ] [ "fonts" "packages" ])
    (lib.mkRenamedOptionModule [ "fonts" "enableDefaultFonts" ] [ "fonts" "enableDefaultPackages" ])
  ];

  options.fonts = {
    packages = mkOption { type = types.listOf types.path; default = [ ]; example = lib.literalExpression "[ pkgs.fonts-dejavu-core ]"; description = "Packages of fonts."; };
    enableDefaultPackages = mkOption { type = types.bool; default = false; description = "Whether there are fonts for most scripts."; };
    enableGhostscriptFonts = mkOption { type = types.bool; default = false; description = "Whether the usual fonts of printers are there."; };
  };

  config.fonts.packages = lib.mkMerge [
    (lib.mkIf cfg.enableDefaultPackages [ pkgs.fonts-dejavu-core pkgs.fonts-freefont-ttf pkgs.fonts-liberation2 pkgs.fonts-noto-color-emoji ])
    (lib.mkIf cfg.enableGhostscriptFonts [ pkgs.gsfonts ])
  ];
}
