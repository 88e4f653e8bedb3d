# npm: packages for Node, and its settings for everybody.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.npm;
in
{
  options.programs.npm = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether it is there."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.npm; defaultText = lib.literalExpression "pkgs.npm"; description = "The package."; };
    npmrc = lib.mkOption {
      type = lib.types.lines;
      default = "prefix = \${HOME}/.npm\n";
      example = "color = true";
      description = "Lines for {file}`/etc/npmrc`.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.etc.npmrc.text = cfg.npmrc;
    environment.variables.NPM_CONFIG_GLOBALCONFIG = "/etc/npmrc";
    environment.systemPackages = [ cfg.package ];
  };
}
