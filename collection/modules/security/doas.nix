# doas: commands as another user.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.security.doas;

  rule = {
    options = {
      noPass = mkOption { type = types.bool; default = false; description = "Whether no password is asked for."; };
      noLog = mkOption { type = types.bool; default = false; description = "Whether it is not logged."; };
      persist = mkOption { type = types.bool; default = false; description = "Whether a password counts for some time."; };
      keepEnv = mkOption { type = types.bool; default = false; description = "Whether the environment is kept."; };
      setEnv = mkOption { type = types.listOf types.str; default = [ ]; description = "Variables: kept, set (`A=b`) or taken away (`-A`)."; };
      users = mkOption { type = types.listOf (types.either types.str types.int); default = [ ]; description = "The users it holds for."; };
      groups = mkOption { type = types.listOf (types.either types.str types.int); default = [ ]; description = "The groups it holds for."; };
      runAs = mkOption { type = types.nullOr types.str; default = null; description = "As whom; with `null` anybody."; };
      cmd = mkOption { type = types.nullOr types.str; default = null; description = "Which command; with `null` any."; };
      args = mkOption { type = types.nullOr (types.listOf types.str); default = null; description = "With which arguments; with `null` any."; };
    };
  };
  options = rule: lib.concatStringsSep " " (
    lib.optional rule.noPass "nopass" ++ lib.optional rule.noLog "nolog" ++ lib.optional rule.persist "persist" ++ lib.optional rule.keepEnv "keepenv"
    ++ [ "setenv { SSH_AUTH_SOCK TERMINFO TERMINFO_DIRS ${toString rule.setEnv} }" ]
  );
  line = rule: who: lib.concatStringsSep " " (
    [ "permit" (options rule) who ]
    ++ lib.optional (rule.runAs != null) "as ${rule.runAs}"
    ++ lib.optional (rule.cmd != null) "cmd ${rule.cmd}"
    ++ lib.optional (rule.args != null) "args ${toString rule.args}"
  ) + "\n";
  show = rule: lib.concatMapStrings (user: line rule (toString user)) rule.users + lib.concatMapStrings (group: line rule ":${toString group}") rule.groups;
in
{
  options.security.doas = {
    enable = mkOption { type = types.bool; default = false; description = "Whether the command is there."; };
    wheelNeedsPassword = mkOption { type = types.bool; default = true; description = "Whether users of the group `wheel` are asked for a password."; };
    extraRules = mkOption { type = types.listOf (types.submodule rule); default = [ ]; description = "Who may run what. The last that fits counts."; };
    extraConfig = mkOption { type = types.lines; default = ""; description = "Lines at the end of {file}`/etc/doas.conf`."; };
  };

  config = lib.mkIf cfg.enable {
    security.doas.extraRules = lib.mkOrder 600 [ { groups = [ "wheel" ]; noPass = !cfg.wheelNeedsPassword; } ];
    security.wrappers.doas = { setuid = true; owner = "root"; group = "root"; source = "${pkgs.opendoas}/bin/doas"; };
    environment.systemPackages = [ pkgs.opendoas ];
    security.pam.services.doas = { };
    environment.etc."doas.conf" = {
      mode = "0400";
      text = "# Made from the system's configuration.\n" + lib.concatMapStrings show cfg.extraRules + "permit nopass keepenv root\n" + cfg.extraConfig;
    };
  };
}
