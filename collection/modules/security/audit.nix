# The kernel takes down what programs do, by rules.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.security.audit;
  failureModes = { silent = 0; printk = 1; panic = 2; };
  rules = pkgs.writeText "audit.rules" (
    lib.concatLines ([
      "-D"
      "-b ${toString cfg.backlogLimit}"
      "-f ${toString failureModes.${cfg.failureMode}}"
      "-r ${toString cfg.rateLimit}"
    ] ++ cfg.rules ++ [ "-e ${if cfg.enable == "lock" then "2" else "1"}" ])
  );
in
{
  options.security.audit = {
    enable = mkOption { type = types.enum [ false true "lock" ]; default = false; description = "Whether it does; `lock` so that nobody can turn it off before the machine starts anew."; };
    failureMode = mkOption { type = types.enum [ "silent" "printk" "panic" ]; default = "printk"; description = "What happens when something could not be taken down."; };
    backlogLimit = mkOption { type = types.int; default = 64; description = "How many messages may wait."; };
    rateLimit = mkOption { type = types.int; default = 0; description = "How many there may be in a second; 0 for any number."; };
    rules = mkOption { type = types.listOf types.str; default = [ ]; example = [ "-a exit,always -F arch=b64 -S execve" ]; description = "The rules, as {manpage}`auditctl(8)` has them."; };
  };

  config = lib.mkIf (cfg.enable == true || cfg.enable == "lock") {
    boot.kernelParams = [ "audit=1" "audit_backlog_limit=${toString cfg.backlogLimit}" ];
    environment.systemPackages = [ pkgs.auditd ];
    systemd.services.audit = {
      description = "Kernel Auditing";
      wantedBy = [ "basic.target" ];
      unitConfig.ConditionVirtualization = "!container";
      unitConfig.ConditionSecurity = [ "audit" ];
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
        ExecStart = "${pkgs.auditd}/bin/auditctl -R ${rules}";
        ExecStopPost = [ "${pkgs.auditd}/bin/auditctl -D" "${pkgs.auditd}/bin/auditctl -e 0" ];
      };
    };
  };
}
