# The fonts that programs find.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.fonts;
  xml = lib.escapeXML;
  preference = family: names: lib.optionalString (names != [ ]) ''
    <alias binding="same"><family>${family}</family><prefer>${lib.concatMapStrings (name: "<family>${xml name}</family>") names}</prefer></alias>
  '';
  families = kind: default: mkOption { type = types.listOf types.str; inherit default; description = "The fonts that ${kind} stands for, the first first."; };
in
{
  options.fonts = {
    packages = mkOption { type = types.listOf types.package; default = [ ]; example = lib.literalExpression "[ pkgs.fonts-dejavu-core ]"; description = "Packages with fonts."; };
    enableDefaultPackages = mkOption { type = types.bool; default = false; description = "Whether there are fonts for the usual languages."; };
    fontconfig.enable = mkOption { type = types.bool; default = cfg.packages != [ ] || cfg.enableDefaultPackages; defaultText = lib.literalMD "whether there are fonts"; description = "Whether programs find fonts by their names."; };
    fontconfig.defaultFonts = {
      sansSerif = families "`sans-serif`" [ "DejaVu Sans" ];
      serif = families "`serif`" [ "DejaVu Serif" ];
      monospace = families "`monospace`" [ "DejaVu Sans Mono" ];
    };
  };

  config = {
    fonts.packages = lib.optionals cfg.enableDefaultPackages [ pkgs.fonts-dejavu-core ];
    environment.etc = lib.mkIf cfg.fontconfig.enable {
      "fonts/fonts.conf".text = ''
        <?xml version="1.0"?>
        <!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
        <fontconfig>
        ${lib.concatMapStrings (package: "<dir>${package}/share/fonts</dir>\n") cfg.packages}
        <cachedir>/var/cache/fontconfig</cachedir>
        <cachedir prefix="xdg">fontconfig</cachedir>
        ${preference "sans-serif" cfg.fontconfig.defaultFonts.sansSerif}
        ${preference "serif" cfg.fontconfig.defaultFonts.serif}
        ${preference "monospace" cfg.fontconfig.defaultFonts.monospace}
        <include ignore_missing="yes">conf.d</include>
        </fontconfig>
      '';
    };
  };
}
