# All fonts in one folder, for programs that look there.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.fonts.fontDir;
  folder = pkgs.runCommand "X11-fonts" { PATH = "${pkgs.coreutils}/bin:${pkgs.findutils}/bin"; } ''
    mkdir -p $out/share/X11/fonts
    find -L ${toString config.fonts.packages} -type f -regex '.*\.\(ttf\|ttc\|otb\|otf\|pcf\|pfa\|pfb\|bdf\)\(\.gz\)?' -exec ln -sf -t $out/share/X11/fonts {} +
  '';
in
{
  options.fonts.fontDir = {
    enable = mkOption { type = types.bool; default = false; description = "Whether {file}`/run/current-system/sw/share/X11/fonts` has all fonts."; };
    decompressFonts = mkOption { type = types.bool; default = false; internal = true; description = "Files are taken as they are."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ folder ];
    environment.pathsToLink = [ "/share/X11/fonts" ];
  };
}
