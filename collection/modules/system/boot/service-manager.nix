# Systemd as the machine's first process: its own units, those of its programs that run, and their settings. What may be said
# of units is in systemd.nix.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.systemd;

  # Of the units that the package brings those that a system of ours has. Left out are what belongs to another init system,
  # what installs or changes the system itself (sysusers, firstboot), and what needs a program that is not there.
  units = [
    # Targets.
    "basic.target" "sysinit.target" "sockets.target" "timers.target" "paths.target" "slices.target" "multi-user.target"
    "graphical.target" "rescue.target" "emergency.target" "getty.target" "getty-pre.target" "local-fs.target" "local-fs-pre.target"
    "remote-fs.target" "remote-fs-pre.target" "swap.target" "network.target" "network-pre.target" "network-online.target"
    "nss-lookup.target" "nss-user-lookup.target" "time-sync.target" "time-set.target" "cryptsetup.target" "cryptsetup-pre.target"
    "remote-cryptsetup.target" "veritysetup.target" "integritysetup.target" "first-boot-complete.target" "sigpwr.target"
    "boot-complete.target" "bluetooth.target" "printer.target" "smartcard.target" "sound.target" "usb-gadget.target"
    # The end.
    "shutdown.target" "umount.target" "final.target" "exit.target" "systemd-exit.service" "halt.target" "systemd-halt.service"
    "poweroff.target" "systemd-poweroff.service" "reboot.target" "systemd-reboot.service" "ctrl-alt-del.target" "kexec.target"
    "systemd-kexec.service" "sleep.target" "suspend.target" "systemd-suspend.service" "hibernate.target" "systemd-hibernate.service"
    # Consoles.
    "getty@.service" "serial-getty@.service" "console-getty.service" "container-getty@.service" "rescue.service"
    "emergency.service" "debug-shell.service" "systemd-ask-password-console.path" "systemd-ask-password-console.service"
    "systemd-ask-password-wall.path" "systemd-ask-password-wall.service"
    # Journal.
    "systemd-journald.socket" "systemd-journald-dev-log.socket" "systemd-journald-audit.socket" "systemd-journald.service"
    "systemd-journald@.service" "systemd-journald@.socket" "systemd-journald-varlink@.socket" "systemd-journal-flush.service"
    "syslog.socket"
    # Devices, modules, files.
    "kmod-static-nodes.service" "modprobe@.service" "systemd-modules-load.service" "systemd-sysctl.service"
    "systemd-tmpfiles-setup.service" "systemd-tmpfiles-setup-dev.service" "systemd-tmpfiles-clean.service"
    "systemd-tmpfiles-clean.timer" "systemd-random-seed.service" "systemd-rfkill.service" "systemd-rfkill.socket"
    "systemd-backlight@.service" "systemd-pstore.service" "systemd-machine-id-commit.service" "systemd-update-utmp.service"
    # File systems.
    "systemd-remount-fs.service" "systemd-fsck@.service" "systemd-fsck-root.service" "systemd-fsckd.service" "systemd-fsckd.socket"
    "dev-hugepages.mount" "dev-mqueue.mount" "sys-fs-fuse-connections.mount" "sys-kernel-config.mount" "sys-kernel-debug.mount"
    "sys-kernel-tracing.mount"
    # Logins.
    "systemd-logind.service" "dbus-org.freedesktop.login1.service" "systemd-user-sessions.service" "user.slice" "user@.service"
    "user-runtime-dir@.service" "machine.slice" "systemd-initctl.socket" "systemd-initctl.service"
    # Asked for over the bus.
    "systemd-hostnamed.service" "dbus-org.freedesktop.hostname1.service" "systemd-localed.service"
    "dbus-org.freedesktop.locale1.service" "systemd-timedated.service" "dbus-org.freedesktop.timedate1.service"
  ] ++ cfg.additionalUpstreamSystemUnits;

  upstreamUnits = pkgs.runCommand "systemd-upstream-units" { } ''
    mkdir -p $out/lib/systemd/system
    for unit in ${lib.escapeShellArgs (lib.subtractLists cfg.suppressedSystemUnits (lib.unique units))}; do
      source=${cfg.package}/lib/systemd/system/$unit
      if [ ! -e "$source" ]; then echo "systemd has no unit $unit" >&2; exit 1; fi
      if [ -L "$source" ]; then cp -P "$source" $out/lib/systemd/system/; else ln -s "$source" $out/lib/systemd/system/; fi
    done
    cp -r ${cfg.package}/lib/systemd/system/user-.slice.d $out/lib/systemd/system/
  '';

  # Those generators that act on something that can be there.
  generators = [ "systemd-cryptsetup-generator" "systemd-debug-generator" "systemd-fstab-generator" "systemd-getty-generator" "systemd-run-generator" "systemd-veritysetup-generator" ];
in
{
  options = {
    systemd.package = mkOption {
      type = types.package;
      default = pkgs.systemd;
      defaultText = lib.literalExpression "pkgs.systemd";
      description = "The package of systemd.";
    };
    systemd.interfaceVersion = mkOption {
      internal = true;
      type = types.int;
      default = 2;
      description = "Systems of one version can be switched to each other while the machine runs.";
    };
    systemd.additionalUpstreamSystemUnits = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "debug-shell.service" ];
      description = "Further units of systemd's own.";
    };
    systemd.suppressedSystemUnits = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Units of systemd's own that are left out.";
    };
    systemd.extraConfig = mkOption {
      type = types.lines;
      default = "";
      example = "DefaultLimitCORE=infinity";
      description = "Lines for {file}`/etc/systemd/system.conf`, section `[Manager]`.";
    };
  };

  config = {
    systemd.packages = [ upstreamUnits ];

    systemd.targets = {
      sysinit.wants = [
        "dev-hugepages.mount" "dev-mqueue.mount" "kmod-static-nodes.service" "sys-fs-fuse-connections.mount" "sys-kernel-config.mount"
        "sys-kernel-debug.mount" "sys-kernel-tracing.mount" "systemd-ask-password-console.path" "systemd-journal-flush.service"
        "systemd-journald.service" "systemd-machine-id-commit.service" "systemd-modules-load.service" "systemd-random-seed.service"
        "systemd-sysctl.service" "systemd-tmpfiles-setup-dev.service" "systemd-tmpfiles-setup.service" "cryptsetup.target"
      ];
      local-fs.wants = [ "systemd-remount-fs.service" ];
      sockets.wants = [ "systemd-initctl.socket" "systemd-journald.socket" "systemd-journald-dev-log.socket" ];
      timers.wants = [ "systemd-tmpfiles-clean.timer" ];
      multi-user.wants = [ "getty.target" "systemd-ask-password-wall.path" "systemd-logind.service" "systemd-user-sessions.service" "remote-fs.target" ];
    };

    systemd.services = {
      "user@".restartIfChanged = false;
      # The kernel's modules are not in /lib.
      kmod-static-nodes.unitConfig.ConditionFileNotEmpty = [ "" "/run/modules/%v/modules.devname" ];
      systemd-random-seed.restartIfChanged = false;
      systemd-remount-fs.restartIfChanged = false;
      systemd-journal-flush.restartIfChanged = false;
      systemd-update-utmp.restartIfChanged = false;
      systemd-user-sessions.restartIfChanged = false;
    };

    environment.etc = {
      "systemd/system.conf".text = ''
        [Manager]
        DefaultEnvironment=PATH=/run/current-system/sw/bin
        ManagerEnvironment=PATH=/run/current-system/sw/bin
        ${cfg.extraConfig}
      '';
      # Nothing is enabled but by the configuration. (NixOS says `ignore`, which this systemd does not know yet.)
      "systemd/system-preset/00-nixos.preset".text = "disable *\n";
      "systemd/user-preset/00-nixos.preset".text = "disable *\n";
      "os-release".text = ''
        NAME=NixOS
        ID=nixos
        PRETTY_NAME="NixOS ${config.system.nixos.label}"
        VERSION="${config.system.nixos.label}"
        VERSION_ID="${config.system.nixos.release}"
        BUILD_ID="${config.system.nixos.label}"
      '';
      "sysctl.d/50-default.conf".source = "${cfg.package}/lib/sysctl.d/50-default.conf";
    } // lib.listToAttrs (map
      (name: lib.nameValuePair "systemd/system-generators/${name}" { source = "${cfg.package}/lib/systemd/system-generators/${name}"; })
      generators);

  };
}
