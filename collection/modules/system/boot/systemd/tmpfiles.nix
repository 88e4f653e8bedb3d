# Files and folders that are made, emptied and removed while the machine runs: systemd-tmpfiles with rules of the configuration
# and those of systemd's own that hold here.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.systemd.tmpfiles;

  field = default: what: mkOption { type = types.str; inherit default; description = "${what}, as {manpage}`tmpfiles.d(5)` has it."; };
  rule = { name, ... }: {
    options = {
      type = mkOption { type = types.str; default = name; defaultText = "‹tmpfiles-type›"; description = "What is done with the path: the letters of {manpage}`tmpfiles.d(5)`."; };
      mode = field "-" "The mode";
      user = field "-" "The user";
      group = field "-" "The group";
      age = field "-" "The age at which what is in it goes";
      argument = field "" "The argument";
    };
  };
  ruleLine = path: rule: "'${rule.type}' '${path}' '${rule.mode}' '${rule.user}' '${rule.group}' '${rule.age}' ${rule.argument}\n";
  settingsFile = paths: lib.concatStrings (lib.concatLists (lib.mapAttrsToList (path: rules: map (ruleLine path) (builtins.attrValues rules)) paths));

  # An own file takes the place of a package's of its name.
  own = map (name: "${name}.conf") (builtins.attrNames cfg.settings);
  packagesFile = pkgs.runCommand "tmpfiles-of-packages" { } ''
    for package in ${toString cfg.packages}; do
      for file in $package/lib/tmpfiles.d/*.conf; do
        case " ${toString own} " in *" ''${file##*/} "*) ;; *) cat $file >> $out ;; esac
      done
    done
  '';
in
{
  options.systemd.tmpfiles.settings = mkOption {
    type = types.attrsOf (types.attrsOf (types.attrsOf (types.submodule rule)));
    default = { };
    example = { "10-mypackage"."/var/lib/my-service/statefolder".d = { mode = "0755"; user = "root"; group = "root"; }; };
    description = "Rules by file of {file}`/etc/tmpfiles.d`, path, and type.";
  };
  options.systemd.tmpfiles.packages = mkOption {
    type = types.listOf types.package;
    default = [ ];
    description = "Packages that bring rules, in {file}`lib/tmpfiles.d`.";
  };
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
    } // lib.mapAttrs' (name: paths: lib.nameValuePair "tmpfiles.d/${name}.conf" { text = settingsFile paths; }) cfg.settings
      // lib.optionalAttrs (cfg.packages != [ ]) { "tmpfiles.d/packages.conf".source = packagesFile; };
    users.groups.systemd-journal.gid = 62;
  };
}
