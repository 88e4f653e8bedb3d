# What the kernel takes down is kept in files of its own.
{ config, lib, pkgs, ... }:

{
  options.security.auditd.enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether it is."; };

  config = lib.mkIf config.security.auditd.enable {
    boot.kernelParams = [ "audit=1" ];
    environment.systemPackages = [ pkgs.auditd ];
    environment.etc."audit/auditd.conf" = {
      mode = "0640";
      text = ''
        log_file = /var/log/audit/audit.log
        log_format = ENRICHED
        flush = INCREMENTAL_ASYNC
        freq = 50
        max_log_file = 8
        num_logs = 5
        max_log_file_action = ROTATE
        space_left = 75
        space_left_action = SYSLOG
        admin_space_left = 50
        admin_space_left_action = SUSPEND
        disk_full_action = SUSPEND
        disk_error_action = SUSPEND
        use_libwrap = no
      '';
    };
    systemd.services.auditd = {
      description = "Security Auditing Service";
      wantedBy = [ "sysinit.target" ];
      after = [ "local-fs.target" "systemd-tmpfiles-setup.service" ];
      before = [ "shutdown.target" ];
      conflicts = [ "shutdown.target" ];
      unitConfig = { DefaultDependencies = false; ConditionVirtualization = "!container"; ConditionSecurity = [ "audit" ]; };
      serviceConfig = { ExecStart = "${pkgs.auditd}/bin/auditd -n -s nochange"; LogsDirectory = "audit"; LogsDirectoryMode = "0700"; };
    };
  };
}
