# The system's message bus.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.dbus;

  configFolder = pkgs.runCommand "dbus-1" { } ''
    mkdir -p $out
    {
      echo '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">'
      echo '<busconfig>'
      echo '<type>system</type><user>messagebus</user><fork/><keep_umask/><syslog/>'
      echo '<listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>'
      echo '<servicehelper>/run/wrappers/bin/dbus-daemon-launch-helper</servicehelper>'
      echo '<policy context="default"><allow user="*"/><deny own="*"/><deny send_type="method_call"/>'
      echo '<allow send_type="signal"/><allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>'
      echo '<allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/>'
      echo '<allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>'
      echo '<allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>'
      echo '<allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>'
      echo '<deny send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus" send_member="UpdateActivationEnvironment"/>'
      echo '<deny send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Debug.Stats"/>'
      echo '<deny send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.systemd1.Activator"/></policy>'
      echo '<policy user="root"><allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.systemd1.Activator"/>'
      echo '<allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Monitoring"/></policy>'
      for package in ${toString (lib.unique (map toString cfg.packages))}; do
        for part in share etc; do
          if [ -d $package/$part/dbus-1/system.d ]; then echo "<includedir>$package/$part/dbus-1/system.d</includedir>"; fi
        done
        if [ -d $package/share/dbus-1/system-services ]; then echo "<servicedir>$package/share/dbus-1/system-services</servicedir>"; fi
      done
      echo '</busconfig>'
    } > $out/system.conf
  '';
in
{
  options.services.dbus = {
    enable = mkOption { type = types.bool; default = true; description = "Whether the bus runs."; };
    packages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages that bring services or policies."; };
  };

  config = lib.mkIf cfg.enable {
    services.dbus.packages = [ config.systemd.package ];
    users.users.messagebus = { uid = config.ids.uids.messagebus; description = "D-Bus system message bus daemon user"; group = "messagebus"; };
    users.groups.messagebus.gid = config.ids.gids.messagebus;
    environment.etc."dbus-1".source = configFolder;
    environment.systemPackages = [ pkgs.dbus-daemon pkgs.dbus-bin ];

    systemd.sockets.dbus = { description = "D-Bus System Message Bus Socket"; wantedBy = [ "sockets.target" ]; socketConfig.ListenStream = "/run/dbus/system_bus_socket"; };
    systemd.services.dbus = {
      description = "D-Bus System Message Bus";
      requires = [ "dbus.socket" ];
      wantedBy = [ "multi-user.target" ];
      aliases = [ ];
      # Whoever is on the bus cannot live without it.
      restartIfChanged = false;
      reloadTriggers = [ ];
      restartTriggers = [ configFolder ];
      serviceConfig = {
        Type = "notify";
        NotifyAccess = "main";
        ExecStart = "${pkgs.dbus-daemon}/bin/dbus-daemon --config-file=/etc/dbus-1/system.conf --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only";
        ExecReload = "${pkgs.dbus-bin}/bin/dbus-send --print-reply --system --type=method_call --dest=org.freedesktop.DBus / org.freedesktop.DBus.ReloadConfig";
        OOMScoreAdjust = -900;
      };
    };
  };
}
