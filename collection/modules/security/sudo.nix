# sudo: a command as somebody else, for those who may.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.security.sudo;

  # `user`, `#1000`, `%group`.
  id = prefix: value: if builtins.isInt value then "${prefix}#${toString value}" else "${prefix}${toString value}";
  command = { command, options }: "${lib.concatMapStrings (option: "${option}: ") options}${command}";
  ruleLine = rule: who: "${who} ${rule.host}=(${rule.runAs}) ${lib.concatMapStringsSep ", " (entry: if builtins.isString entry then entry else command entry) rule.commands}\n";
  ruleLines = rule: lib.optionalString (rule.commands != [ ])
    (lib.concatMapStrings (who: ruleLine rule (id "" who)) rule.users + lib.concatMapStrings (who: ruleLine rule (id "%" who)) rule.groups);

  tag = types.enum [
    "NOPASSWD" "PASSWD" "NOEXEC" "EXEC" "SETENV" "NOSETENV" "LOG_INPUT" "NOLOG_INPUT" "LOG_OUTPUT" "NOLOG_OUTPUT" "MAIL" "NOMAIL"
    "FOLLOW" "NOFOLLOW" "INTERCEPT" "NOINTERCEPT"
  ];
  rule = types.submodule {
    options = {
      users = mkOption { type = types.listOf (types.either types.str types.int); default = [ ]; description = "The users who may, by name or number."; };
      groups = mkOption { type = types.listOf (types.either types.str types.int); default = [ ]; description = "The groups whose members may, by name or number."; };
      host = mkOption { type = types.str; default = "ALL"; description = "The machine where they may."; };
      runAs = mkOption { type = types.str; default = "ALL:ALL"; example = "root"; description = "As whom they may, user and group."; };
      commands = mkOption {
        type = types.listOf (types.either types.str (types.submodule {
          options.command = mkOption { type = types.str; description = "The command, `ALL` for any."; };
          options.options = mkOption { type = types.listOf tag; default = [ ]; description = "What is so for this command."; };
        }));
        description = "The commands that they may.";
      };
    };
  };

  checked = pkgs.runCommand "sudoers" { inherit (cfg) configFile; passAsFile = [ "configFile" ]; } ''
    ${cfg.package}/bin/visudo -f "$configFilePath" -c
    cp "$configFilePath" $out
  '';
in
{
  options.security.sudo = {
    enable = mkOption { type = types.bool; default = true; description = "Whether there is {command}`sudo`."; };
    package = mkOption { type = types.package; default = pkgs.sudo; defaultText = lib.literalExpression "pkgs.sudo"; description = "The package of sudo."; };
    wheelNeedsPassword = mkOption { type = types.bool; default = true; description = "Whether members of the group `wheel` give their password."; };
    execWheelOnly = mkOption { type = types.bool; default = false; description = "Whether only members of `wheel` can start sudo at all."; };
    defaultOptions = mkOption { type = types.listOf tag; default = [ "SETENV" ]; description = "What is so for the commands of `root` and of `wheel`."; };
    configFile = mkOption { type = types.lines; description = "The whole of {file}`/etc/sudoers`."; };
    extraRules = mkOption {
      type = types.listOf rule;
      default = [ ];
      example = [ { groups = [ "sudo" ]; commands = [ { command = "ALL"; options = [ "SETENV" "NOPASSWD" ]; } ]; } ];
      description = "Who may do what. Of several rules for a command the last counts.";
    };
    extraConfig = mkOption { type = types.lines; default = ""; description = "Lines at the end of {file}`/etc/sudoers`."; };
  };

  config = lib.mkIf cfg.enable {
    security.sudo.extraRules =
      let
        ofAll = options: { users ? [ ], groups ? [ ] }: { inherit users groups; commands = [ { command = "ALL"; inherit options; } ]; };
      in
      lib.mkBefore [
        (ofAll cfg.defaultOptions { users = [ "root" ]; })
        (ofAll (lib.optional (!cfg.wheelNeedsPassword) "NOPASSWD" ++ cfg.defaultOptions) { groups = [ "wheel" ]; })
      ];
    security.sudo.configFile = lib.concatStringsSep "\n" [
      "# Made from the system's configuration."
      "Defaults env_keep += \"TERMINFO_DIRS TZDIR LOCPATH\""
      (lib.concatMapStrings ruleLines cfg.extraRules)
      cfg.extraConfig
    ];

    security.pam.services.sudo = { };
    security.wrappers = lib.listToAttrs (map
      (name: lib.nameValuePair name {
        source = "${cfg.package}/bin/${name}";
        owner = "root";
        group = if cfg.execWheelOnly then "wheel" else "root";
        setuid = true;
        permissions = if cfg.execWheelOnly then "u+rx,g+x" else "u+rx,g+x,o+x";
      })
      [ "sudo" "sudoedit" ]);
    environment.systemPackages = [ cfg.package ];
    environment.etc.sudoers = { source = checked; mode = "0440"; };
    environment.etc."sudo.conf".text = "Plugin sudoers_policy ${cfg.package}/libexec/sudo/sudoers.so\nPlugin sudoers_io ${cfg.package}/libexec/sudo/sudoers.so\n"
      + "Path noexec ${cfg.package}/libexec/sudo/sudo_noexec.so\nPath intercept ${cfg.package}/libexec/sudo/sudo_intercept.so\n";

    assertions = [
      {
        assertion = ! builtins.any (rule: rule.users == [ ] && rule.groups == [ ]) cfg.extraRules;
        message = "A rule of security.sudo.extraRules is for nobody: it has neither users nor groups.";
      }
    ];
  };
}
