# The pager less, and what it does for other programs.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.less;
  section = title: set: lib.optionalString (set != { })
    "#${title}\n${lib.concatStrings (lib.mapAttrsToList (key: value: "${key} ${value}\n") set)}";
  perKey = description: mkOption { type = types.attrsOf types.str; default = { }; inherit description; };
in
{
  options.programs.less = {
    enable = mkOption { type = types.bool; default = true; description = "Whether less is there, as the pager."; };
    package = mkOption { type = types.package; default = pkgs.less; defaultText = lib.literalExpression "pkgs.less"; description = "The package of less."; };
    configFile = mkOption { type = types.nullOr types.path; default = null; description = "A file of keys, in place of the following options."; };
    commands = perKey "Commands by key.";
    clearDefaultCommands = mkOption { type = types.bool; default = false; description = "Whether only these keys do something."; };
    lineEditingKeys = perKey "What keys do in a line that one types.";
    envVariables = perKey "Variables for less alone.";
    lessopen = mkOption { type = types.nullOr types.str; default = null; example = "|lesspipe.sh %s"; description = "A program through which files are read."; };
    lessclose = mkOption { type = types.nullOr types.str; default = null; description = "A program that is run when a file is closed."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    environment.variables = {
      PAGER = lib.mkDefault "less";
      LESS = lib.mkIf (cfg.envVariables ? LESS) cfg.envVariables.LESS;
      LESSKEYIN_SYSTEM = lib.mkIf (cfg.configFile != null || cfg.commands != { } || cfg.lineEditingKeys != { } || cfg.clearDefaultCommands) (
        if cfg.configFile != null then "${cfg.configFile}"
        else "${pkgs.writeText "lesskey" (
          section "command" cfg.commands + lib.optionalString cfg.clearDefaultCommands "#stop\n"
          + section "line-edit" cfg.lineEditingKeys
          + lib.optionalString (cfg.envVariables != { }) "#env\n${lib.concatStrings (lib.mapAttrsToList (key: value: "${key} = ${value}\n") cfg.envVariables)}"
        )}"
      );
      LESSOPEN = lib.mkIf (cfg.lessopen != null) cfg.lessopen;
      LESSCLOSE = lib.mkIf (cfg.lessclose != null) cfg.lessclose;
    };
  };
}
