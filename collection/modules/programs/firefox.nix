# Firefox, and what it may and may not do for every user.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.firefox;
  json = pkgs.formats.json { };
in
{
  options.programs.firefox = {
    enable = mkOption { type = types.bool; default = false; description = "Whether firefox is there."; };
    package = mkOption { type = types.package; default = pkgs.firefox-esr; defaultText = lib.literalExpression "pkgs.firefox-esr"; description = "The package of firefox."; };
    policies = mkOption { inherit (json) type; default = { }; example = { DisableTelemetry = true; }; description = "Policies, as Mozilla documents them."; };
    preferences = mkOption {
      type = types.attrsOf (types.oneOf [ types.bool types.int types.str ]);
      default = { };
      example = { "browser.tabs.tabmanager.enabled" = false; };
      description = "Settings of `about:config`.";
    };
    preferencesStatus = mkOption { type = types.enum [ "default" "locked" "user" "clear" ]; default = "locked"; description = "Whether users can change those."; };
    languagePacks = mkOption { type = types.listOf types.str; default = [ ]; example = [ "de" ]; description = "Languages, each a package of the archive."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ] ++ map (language: pkgs."firefox-esr-l10n-${lib.toLower language}") cfg.languagePacks;
    programs.firefox.policies.Preferences = lib.mkIf (cfg.preferences != { }) (
      builtins.mapAttrs (_: Value: { inherit Value; Status = cfg.preferencesStatus; }) cfg.preferences
    );
    environment.etc."firefox/policies/policies.json" = lib.mkIf (cfg.policies != { }) {
      source = json.generate "firefox-policies.json" { inherit (cfg) policies; };
    };
  };
}
