# An ordinary NixOS module, for NixOS and for Firn.
{ config, lib, pkgs, ... }:

with lib;

let
  cfg = config.services.example;
in
{
  options.services.example = {
    enable = mkEnableOption "the example";
    port = mkOption { type = types.port; default = 8080; };
    instances = mkOption {
      type = types.attrsOf (types.submodule ({ name, ... }: {
        options.title = mkOption { type = types.str; default = "instance ${name}"; };
      }));
      default = { };
    };
  };

  config = mkMerge [
    { services.example = { enable = true; instances.one = { }; instances.two.title = mkForce "second"; }; }
    (mkIf cfg.enable {
      networking.hostName = "phenex";
      networking.domain = "example.org";
      networking.hosts."192.0.2.1" = [ "peer" "peer.example.org" ];
      users.users.anna = { isNormalUser = true; description = "Anna"; extraGroups = [ "wheel" "audio" ]; uid = 1000; };
      users.users.web = { isSystemUser = true; group = "web"; home = "/var/lib/web"; };
      users.groups.web = { members = [ "anna" ]; };
      environment.etc."example/config" = { text = "port=${toString cfg.port}\n"; mode = "0640"; user = "web"; };
      environment.etc.disabled = { enable = false; text = "x"; };

      systemd.globalEnvironment.TZ = "UTC";
      systemd.services = mapAttrs'
        (name: instance: nameValuePair "example-${name}" {
          description = instance.title;
          documentation = [ "man:example(1)" "https://example.org" ];
          wantedBy = [ "multi-user.target" ];
          after = [ "network.target" "example-setup.service" ];
          wants = [ "example-setup.service" ];
          requires = [ "local-fs.target" ];
          before = [ "nginx.service" ];
          bindsTo = [ "dev-sda.device" ];
          partOf = [ "example.target" ];
          conflicts = [ "shutdown.target" ];
          requisite = [ "basic.target" ];
          onFailure = [ "alert@%n.service" ];
          startLimitIntervalSec = 30;
          unitConfig = { RequiresMountsFor = "/data"; ConditionPathExists = [ "/a" "/b" ]; X-Test = true; };
          environment = { PORT = toString cfg.port; QUOTED = "a \"b\" $c %d\n"; EMPTY = null; };
          path = mkForce [ ];
          serviceConfig = {
            ExecStart = "/run/current-system/sw/bin/example --port ${toString cfg.port}";
            ExecStartPre = [ "/bin/one" "-/bin/two" ];
            Type = "notify";
            Restart = "on-failure";
            RestartSec = 5;
            DynamicUser = true;
            PrivateTmp = false;
            Environment = [ "A=1" ];
          };
        })
        cfg.instances // {
        example-setup = {
          serviceConfig = mkMerge [ { Type = "oneshot"; ExecStart = [ "/bin/a" ]; } { ExecStart = mkAfter [ "/bin/b" ]; RemainAfterExit = mkDefault "no"; } { RemainAfterExit = "yes"; } ];
          path = mkForce [ ];
          restartIfChanged = false;
          stopIfChanged = false;
          startAt = [ "daily" "Mon 12:00" ];
        };
        example-reload = { path = mkForce [ ]; reloadIfChanged = true; requiredBy = [ "example.target" ]; aliases = [ "other.service" ]; serviceConfig.ExecStart = "/bin/x"; };
        example-off = { enable = false; path = mkForce [ ]; };
      };
      systemd.sockets.example = { wantedBy = [ "sockets.target" ]; listenStreams = [ "80" "/run/example.sock" ]; socketConfig.Accept = true; };
      systemd.timers.example = { timerConfig = { OnBootSec = "5min"; Unit = "example-setup.service"; }; };
      systemd.paths.example.pathConfig.PathChanged = [ "/etc/a" "/etc/b" ];
      systemd.targets.example = { description = "Everything"; wants = [ "example-one.service" ]; };
      systemd.slices.example.sliceConfig.MemoryMax = "2G";
      systemd.mounts = [ { what = "/dev/sda1"; where = "/mnt/data"; type = "ext4"; options = "noatime"; wantedBy = [ "local-fs.target" ]; } ];
      systemd.automounts = [ { where = "/mnt/data"; automountConfig.TimeoutIdleSec = "600"; } ];
    })
  ];
}
