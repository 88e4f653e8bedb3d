# Docker: containers by a daemon.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.virtualisation.docker;
  json = pkgs.formats.json { };
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  prune = {
    enable = flag false "Whether what no container uses is removed from time to time.";
    flags = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--all" ]; description = "Arguments of {command}`docker system prune`."; };
    dates = mkOption { type = types.str; default = "weekly"; description = "When, as {manpage}`systemd.time(7)` has it."; };
    randomizedDelaySec = mkOption { type = types.singleLineStr; default = "0"; description = "By how much later at most."; };
    persistent = flag true "Whether it is made up for when the machine was off.";
  };
in
{
  options.virtualisation.docker = {
    enable = flag false "Whether the daemon runs. Users of the group `docker` are as good as root.";
    package = mkOption { type = types.package; default = pkgs.docker; defaultText = lib.literalExpression "pkgs.docker"; description = "The package of Docker."; };
    extraPackages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages in the daemon's path."; };
    listenOptions = mkOption { type = types.listOf types.str; default = [ "/run/docker.sock" ]; description = "Where it listens, as {manpage}`systemd.socket(5)` has it."; };
    enableOnBoot = flag true "Whether it runs from the start, and not when it is first asked for: containers that restart need that.";
    daemon.settings = mkOption { inherit (json) type; default = { }; example = { ipv6 = true; }; description = "Settings, as {file}`daemon.json` has them."; };
    storageDriver = mkOption { type = types.nullOr (types.enum [ "btrfs" "devicemapper" "overlay" "overlay2" "zfs" ]); default = null; description = "How layers are kept; with `null` the daemon finds out."; };
    logDriver = mkOption { type = types.enum [ "none" "json-file" "syslog" "journald" "gelf" "fluentd" "awslogs" "splunk" "etwlogs" "gcplogs" "local" ]; default = "journald"; description = "Where containers log to."; };
    liveRestore = flag true "Whether containers outlive the daemon.";
    enableNvidia = flag false "Whether containers use graphics cards of NVIDIA: there is no package for it.";
    extraOptions = mkOption { type = types.separatedString " "; default = ""; description = "Further arguments of the daemon."; };
    autoPrune = prune;
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = !cfg.enableNvidia;
        about = [ [ "virtualisation" "docker" "enableNvidia" ] ];
        message = "virtualisation.docker.enableNvidia: there is no package of NVIDIA's container tools.";
      }
    ];
    boot.kernelModules = [ "bridge" "veth" "br_netfilter" "xt_nat" ];
    boot.kernel.sysctl = {
      "net.ipv4.conf.all.forwarding" = lib.mkOverride 98 true;
      "net.ipv4.conf.default.forwarding" = lib.mkOverride 98 true;
    };
    environment.systemPackages = [ cfg.package ];
    users.groups.docker.gid = 131;
    virtualisation.docker.daemon.settings = {
      group = "docker";
      hosts = [ "fd://" ];
      log-driver = lib.mkDefault cfg.logDriver;
      storage-driver = lib.mkIf (cfg.storageDriver != null) (lib.mkDefault cfg.storageDriver);
      live-restore = cfg.liveRestore;
    };
    systemd.services.docker = {
      description = "Docker Application Container Engine";
      wantedBy = lib.optional cfg.enableOnBoot "multi-user.target";
      after = [ "network.target" "docker.socket" ];
      requires = [ "docker.socket" ];
      path = [ pkgs.kmod pkgs.iptables pkgs.containerd pkgs.runc pkgs.iproute2 pkgs.xz-utils ] ++ lib.optional (pkgs ? tini) pkgs.tini ++ cfg.extraPackages;
      environment.HOME = "/root";
      serviceConfig = {
        Type = "notify";
        ExecStart = [ "" "${cfg.package}/bin/dockerd --config-file=${json.generate "daemon.json" cfg.daemon.settings} ${cfg.extraOptions}" ];
        ExecReload = [ "" "${pkgs.procps}/bin/kill -s HUP $MAINPID" ];
        LimitNOFILE = 1048576;
        LimitNPROC = "infinity";
        Delegate = true;
        KillMode = "process";
      };
    };
    systemd.sockets.docker = {
      description = "Docker's socket";
      wantedBy = [ "sockets.target" ];
      listenStreams = cfg.listenOptions;
      socketConfig = { SocketMode = "0660"; SocketUser = "root"; SocketGroup = "docker"; };
    };
    systemd.services.docker-prune = lib.mkIf cfg.autoPrune.enable {
      description = "Removal of what no container uses";
      restartIfChanged = false;
      after = [ "docker.service" ];
      requires = [ "docker.service" ];
      startAt = cfg.autoPrune.dates;
      serviceConfig = { Type = "oneshot"; ExecStart = "${cfg.package}/bin/docker system prune -f ${toString cfg.autoPrune.flags}"; };
    };
    systemd.timers.docker-prune = lib.mkIf cfg.autoPrune.enable {
      timerConfig = { RandomizedDelaySec = cfg.autoPrune.randomizedDelaySec; Persistent = cfg.autoPrune.persistent; };
    };
  };
}
