# bat: a pager that colours what it shows, and its settings for everybody.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.bat;
  show = value: if builtins.isBool value then lib.boolToString value else lib.escapeShellArg (toString value);
  # The archive calls it batcat.
  named = pkgs.runCommand "bat" { } "mkdir -p $out/bin && ln -s ${cfg.package}/bin/batcat $out/bin/bat";
in
{
  options.programs.bat = {
    enable = mkOption { type = types.bool; default = false; description = "Whether it is there."; };
    package = mkOption { type = types.package; default = pkgs.bat; defaultText = lib.literalExpression "pkgs.bat"; description = "The package."; };
    extraPackages = mkOption { type = types.listOf types.package; default = [ ]; description = "Scripts that use it."; };
    settings = mkOption {
      type = types.attrsOf (types.nullOr (types.oneOf [ types.bool types.int types.str (types.listOf types.str) ]));
      default = { };
      example = { theme = "TwoDark"; italic-text = "always"; };
      description = "Its arguments, without the dashes.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package named ] ++ cfg.extraPackages;
    environment.etc."bat/config".text = lib.concatStrings (lib.concatLists (lib.mapAttrsToList
      (name: value: map (one: "--${name}=${show one}\n") (if value == null then [ ] else lib.toList value))
      cfg.settings));
  };
}
