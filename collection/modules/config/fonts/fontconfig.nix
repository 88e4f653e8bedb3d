# How programs find fonts: which one stands for which, and how they are drawn.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.fonts.fontconfig;
  yes = value: if value then "true" else "false";

  header = "<?xml version='1.0'?>\n<!DOCTYPE fontconfig SYSTEM 'urn:fontconfig:fonts.dtd'>\n<fontconfig>\n";
  document = body: header + body + "</fontconfig>\n";
  names = description: mkOption { type = types.listOf types.str; inherit description; };
  alias = family: preferred: lib.optionalString (preferred != [ ]) ''
    <alias binding="same">
      <family>${family}</family>
      <prefer>${lib.concatMapStrings (name: "<family>${name}</family>") preferred}</prefer>
    </alias>
  '';
  edit = target: name: mode: value: "<match target=\"${target}\"><edit mode=\"${mode}\" name=\"${name}\">${value}</edit></match>\n";
in
{
  options.fonts.fontconfig = {
    enable = mkOption { type = types.bool; default = false; description = "Whether programs find fonts by what the following says."; };
    antialias = mkOption { type = types.bool; default = true; description = "Whether edges are smoothed."; };
    localConf = mkOption { type = types.lines; default = ""; description = "A whole document of fontconfig's own."; };
    defaultFonts = {
      monospace = names "Fonts for code, the first before the others." // { default = [ "DejaVu Sans Mono" ]; };
      sansSerif = names "Fonts without serifs." // { default = [ "DejaVu Sans" ]; };
      serif = names "Fonts with serifs." // { default = [ "DejaVu Serif" ]; };
      emoji = names "Fonts of pictures." // { default = [ "Noto Color Emoji" ]; };
    };
    hinting = {
      enable = mkOption { type = types.bool; default = true; description = "Whether shapes are fitted to the dots of the screen."; };
      autohint = mkOption { type = types.bool; default = false; description = "Whether that ignores what the font says of it."; };
      style = mkOption { type = types.enum [ "none" "slight" "medium" "full" ]; default = "slight"; description = "How much."; };
    };
    subpixel = {
      rgba = mkOption { type = types.enum [ "rgb" "bgr" "vrgb" "vbgr" "none" ]; default = "none"; description = "How the colours of a dot lie."; };
      lcdfilter = mkOption { type = types.enum [ "none" "default" "light" "legacy" ]; default = "default"; description = "How colours at edges are smoothed."; };
    };
    includeUserConf = mkOption { type = types.bool; default = true; description = "Whether users' own settings count."; };
    allowBitmaps = mkOption { type = types.bool; default = true; description = "Whether fonts of dots are used."; };
    allowType1 = mkOption { type = types.bool; default = false; description = "Whether old fonts of printers are used."; };
    useEmbeddedBitmaps = mkOption { type = types.bool; default = false; description = "Whether small sizes that a font has as dots are used."; };
    cache32Bit = mkOption { type = types.bool; default = false; internal = true; description = "There are no programs for 32 bits."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ pkgs.fontconfig ];
    environment.etc = {
      "fonts/fonts.conf".text = document (
        lib.concatMapStrings (font: "<dir>${font}</dir>\n") config.fonts.packages
        + ''
          <dir prefix="xdg">fonts</dir>
          <dir>/run/current-system/sw/share/X11/fonts</dir>
          <cachedir prefix="xdg">fontconfig</cachedir>
          <include ignore_missing="yes">${pkgs.fontconfig-config}/share/fontconfig/conf.avail/10-scale-bitmap-fonts.conf</include>
          <include ignore_missing="yes">${pkgs.fontconfig-config}/share/fontconfig/conf.avail/30-metric-aliases.conf</include>
          <include ignore_missing="yes">${pkgs.fontconfig-config}/share/fontconfig/conf.avail/45-latin.conf</include>
          <include ignore_missing="yes">${pkgs.fontconfig-config}/share/fontconfig/conf.avail/49-sansserif.conf</include>
          <include ignore_missing="yes">/etc/fonts/conf.d</include>
        ''
      );
      "fonts/conf.d/10-nixos-rendering.conf".text = document (
        edit "pattern" "antialias" "append" "<bool>${yes cfg.antialias}</bool>"
        + edit "pattern" "hinting" "append" "<bool>${yes cfg.hinting.enable}</bool>"
        + edit "pattern" "autohint" "append" "<bool>${yes cfg.hinting.autohint}</bool>"
        + edit "pattern" "hintstyle" "append" "<const>hint${cfg.hinting.style}</const>"
        + edit "pattern" "rgba" "append" "<const>${cfg.subpixel.rgba}</const>"
        + edit "pattern" "lcdfilter" "append" "<const>lcd${cfg.subpixel.lcdfilter}</const>"
        + edit "font" "embeddedbitmap" "assign" "<bool>${yes cfg.useEmbeddedBitmaps}</bool>"
      );
      "fonts/conf.d/52-nixos-default-fonts.conf".text = document (
        alias "sans-serif" cfg.defaultFonts.sansSerif + alias "serif" cfg.defaultFonts.serif
        + alias "monospace" cfg.defaultFonts.monospace + alias "emoji" cfg.defaultFonts.emoji
      );
      "fonts/conf.d/53-nixos-reject.conf".text = document (
        lib.optionalString (!cfg.allowBitmaps) "<selectfont><rejectfont><pattern><patelt name=\"scalable\"><bool>false</bool></patelt></pattern></rejectfont></selectfont>\n"
        + lib.optionalString (!cfg.allowType1) "<selectfont><rejectfont><pattern><patelt name=\"fontformat\"><string>Type 1</string></patelt></pattern></rejectfont></selectfont>\n"
      );
    } // lib.optionalAttrs cfg.includeUserConf {
      "fonts/conf.d/50-user.conf".text = document "<include ignore_missing=\"yes\" prefix=\"xdg\">fontconfig/conf.d</include><include ignore_missing=\"yes\" prefix=\"xdg\">fontconfig/fonts.conf</include>\n";
    } // lib.optionalAttrs (cfg.localConf != "") { "fonts/local.conf".text = cfg.localConf; "fonts/conf.d/51-local.conf".text = document "<include ignore_missing=\"yes\">/etc/fonts/local.conf</include>\n"; };
  };
}
