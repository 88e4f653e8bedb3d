# Files and folders that are made, emptied and removed while the machine runs: systemd-tmpfiles with rules of the configuration
# and those of systemd's own that hold here.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.systemd.tmpfiles;
in
{
  options.systemd.tmpfiles.rules = mkOption {
    type = types.listOf types.str;
    default = [ ];
    example = [ "d /tmp 1777 root root 10d" ];
    description = "Rules, as {manpage}`tmpfiles.d(5)` has them.";
  };
  options.boot.tmp.cleanOnBoot = mkOption {
    type = types.bool;
    default = false;
    description = "Whether {file}`/tmp` is emptied when the machine starts.";
  };

  config = {
    environment.etc = {
      "tmpfiles.d/00-nixos.conf".text = "# Made from the system's configuration (systemd.tmpfiles.rules).\n" + lib.concatMapStrings (rule: "${rule}\n") cfg.rules;
      "tmpfiles.d/nixos-base.conf".text = ''
        q /tmp 1777 root root 10d
        q /var/tmp 1777 root root 30d
        x /tmp/systemd-private-%b-*
        X /tmp/systemd-private-%b-*/tmp
        d /run/lock 0755 root root -
        d /run/wrappers 0755 root root -
        d /run/user 0755 root root ~10d
        F! /run/utmp 0664 root utmp -
        d /var/log 0755 root root -
        f /var/log/wtmp 0664 root utmp -
        f /var/log/btmp 0660 root utmp -
        f /var/log/lastlog 0664 root utmp -
        d /var/cache 0755 root root -
        d /var/lib 0755 root root -
        d /var/spool 0755 root root -
        L+ /var/run - - - - ../run
        d /run/systemd/ask-password 0755 root root -
        d /run/systemd/seats 0755 root root -
        d /run/systemd/sessions 0755 root root -
        d /run/systemd/users 0755 root root -
        d /run/systemd/machines 0755 root root -
        d /run/systemd/shutdown 0755 root root -
        d /var/lib/systemd 0755 root root -
        d /var/lib/private 0700 root root -
        d /var/log/private 0700 root root -
        d /var/cache/private 0700 root root -
        z /run/log/journal 2755 root systemd-journal - -
        z /var/log/journal 2755 root systemd-journal - -
      '' + lib.optionalString config.boot.tmp.cleanOnBoot "D! /tmp 1777 root root\n";
    };
    users.groups.systemd-journal.gid = 62;
  };
}
