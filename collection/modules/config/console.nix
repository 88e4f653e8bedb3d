# The text consoles: which keys give which characters, and the font.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.console;
  isDefault = cfg.keyMap == "us" && cfg.font == null && cfg.colors == [ ];

  # The files that the names stand for. A package's own of the name comes before the archive's.
  find = what: folders: suffixes: name: pkgs.runCommand "console-${what}" { PATH = "${pkgs.coreutils}/bin:${pkgs.findutils}/bin"; } ''
    for folder in ${toString folders}; do
      for suffix in ${toString suffixes}; do
        found=$(find -L $folder -name ${lib.escapeShellArg name}$suffix 2> /dev/null | sort | head -n 1)
        if [ -n "$found" ]; then ln -s "$found" $out; exit 0; fi
      done
    done
    echo "console.${what}: there is no ${what} "${lib.escapeShellArg name} >&2
    exit 1
  '';
  fileOf = what: folders: suffixes: value:
    if lib.hasPrefix "/" "${value}" then "${value}"
    # Followed, since a key map includes others beside it.
    else "$(${pkgs.coreutils}/bin/readlink ${find what folders suffixes value})";
  keyMapFile = fileOf "keyMap" (map (package: "${package}/share/keymaps") (cfg.packages ++ [ pkgs.console-data ])) [ ".kmap.gz" ".map.gz" ".kmap" ".map" ] cfg.keyMap;
  fontFile = fileOf "font" (map (package: "${package}/share/consolefonts") (cfg.packages ++ [ pkgs.console-setup-linux pkgs.console-data ])) [ ".psf.gz" ".psfu.gz" ".psf" ".psfu" ] cfg.font;

  # Sixteen colours as the console takes them.
  palette = lib.concatStrings (lib.imap0 (index: color: "\\033]P${lib.toHexString index}${color}") cfg.colors);
in
{
  options.console = {
    enable = mkOption { type = types.bool; default = true; description = "Whether there are text consoles."; };
    keyMap = mkOption { type = types.either types.str types.path; default = "us"; example = "de"; description = "The key map of the consoles: its name, or a file."; };
    font = mkOption { type = types.nullOr (types.either types.str types.path); default = null; example = "Lat2-Terminus16"; description = "The font of the consoles: its name, or a file; `null` for the kernel's."; };
    colors = mkOption {
      type = types.listOf (types.strMatching "[[:xdigit:]]{6}");
      default = [ ];
      example = [ "002b36" "dc322f" ];
      description = "The colours of the consoles, at most 16, each as three bytes in base 16.";
    };
    packages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages with further key maps and fonts."; };
  };

  config = lib.mkIf (cfg.enable && !isDefault) {
    environment.etc."vconsole.conf".text = "KEYMAP=${cfg.keyMap}\n" + lib.optionalString (cfg.font != null) "FONT=${cfg.font}\n";
    environment.systemPackages = [ pkgs.kbd ];
    assertions = [ { assertion = builtins.length cfg.colors <= 16; message = "console.colors has more than 16 colours."; } ];
    systemd.services.systemd-vconsole-setup = {
      description = "Virtual Console Setup";
      wantedBy = [ "sysinit.target" ];
      before = [ "sysinit.target" "shutdown.target" ];
      conflicts = [ "shutdown.target" ];
      unitConfig = { DefaultDependencies = false; ConditionPathExists = "/dev/tty0"; };
      path = [ pkgs.kbd pkgs.gzip ];
      serviceConfig = { Type = "oneshot"; RemainAfterExit = true; };
      script =
        lib.optionalString (cfg.keyMap != "us") "loadkeys --quiet --console=/dev/tty1 --unicode ${keyMapFile}\n"
        + lib.optionalString (cfg.font != null || cfg.colors != [ ]) ''
          for console in /dev/tty1 /dev/tty2 /dev/tty3 /dev/tty4 /dev/tty5 /dev/tty6; do
            [ -e $console ] || continue
            ${lib.optionalString (cfg.font != null) "setfont -C $console ${fontFile}"}
            ${lib.optionalString (cfg.colors != [ ]) "printf '${palette}' > $console"}
          done
        '';
    };
  };
}
