# Redis: servers by name; the one without a name is the machine's own.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.redis;

  # A bool is yes or no, a list several lines.
  show = value: if value == true then "yes" else if value == false then "no" else toString value;
  text = settings: lib.concatStrings (lib.concatLists (lib.mapAttrsToList
    (key: value: map (one: "${key} ${show one}\n") (lib.toList value))
    (lib.filterAttrs (_: value: value != null) settings)));

  nameOf = name: "redis" + lib.optionalString (name != "") "-${name}";

  server = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = false; description = "Whether it runs."; };
      user = mkOption { type = types.str; default = nameOf name; defaultText = lib.literalMD "`redis`, or `redis-NAME`"; description = "The user it runs as."; };
      group = mkOption { type = types.str; default = config.user; defaultText = lib.literalMD "as the user"; description = "The group it runs as."; };
      port = mkOption { type = types.port; default = if name == "" then 6379 else 0; defaultText = lib.literalMD "6379 of the one without a name, else none"; description = "The port; 0 if it listens at its socket only."; };
      bind = mkOption { type = types.nullOr types.str; default = "127.0.0.1"; example = "192.0.2.1"; description = "The address; `null` for all."; };
      openFirewall = mkOption { type = types.bool; default = false; description = "Whether the firewall lets its port through."; };
      unixSocket = mkOption { type = types.nullOr types.path; default = "/run/${nameOf name}/redis.sock"; defaultText = lib.literalMD "in the folder of its name below {file}`/run`"; description = "Its socket."; };
      unixSocketPerm = mkOption { type = types.int; default = 660; description = "The mode of the socket."; };
      logLevel = mkOption { type = types.str; default = "notice"; example = "debug"; description = "What is written down."; };
      logfile = mkOption { type = types.str; default = "/dev/null"; description = "Where."; };
      syslog = mkOption { type = types.bool; default = true; description = "Whether the system's log gets it."; };
      databases = mkOption { type = types.int; default = 16; description = "How many databases it has."; };
      maxclients = mkOption { type = types.int; default = 10000; description = "How many clients at once."; };
      save = mkOption { type = types.listOf (types.listOf types.int); default = [ [ 900 1 ] [ 300 10 ] [ 60 10000 ] ]; description = "When it is written to disk: after how many seconds, if there were so many changes."; };
      slaveOf = mkOption {
        type = types.nullOr (types.submodule { options = { ip = mkOption { type = types.str; description = "Its address."; }; port = mkOption { type = types.port; description = "Its port."; }; }; });
        default = null;
        example = { ip = "192.168.1.100"; port = 6379; };
        description = "The server that this one is a copy of.";
      };
      requirePass = mkOption { type = types.nullOr types.str; default = null; description = "The password. Everybody can read it in the store: better is `requirePassFile`."; };
      requirePassFile = mkOption { type = types.nullOr types.path; default = null; example = "/run/keys/redis-password"; description = "A file with the password."; };
      appendOnly = mkOption { type = types.bool; default = false; description = "Whether every change is written to disk."; };
      appendFsync = mkOption { type = types.str; default = "everysec"; example = "no"; description = "How often that reaches the disk."; };
      slowLogLogSlowerThan = mkOption { type = types.int; default = 10000; description = "Commands that take longer are noted, in microseconds."; };
      slowLogMaxLen = mkOption { type = types.int; default = 128; description = "How many of them."; };
      settings = mkOption {
        type = types.attrsOf (types.nullOr (types.oneOf [ types.bool types.int types.str (types.listOf types.str) ]));
        default = { };
        example = { maxmemory = "100mb"; };
        description = "Settings of {file}`redis.conf`.";
      };
    };
    config.settings = lib.mkMerge [
      (builtins.mapAttrs (_: lib.mkDefault) {
        inherit (config) port logfile databases maxclients;
        daemonize = false;
        supervised = "systemd";
        loglevel = config.logLevel;
        syslog-enabled = config.syslog;
        save = if config.save == [ ] then ''""'' else map (rule: "${toString (builtins.elemAt rule 0)} ${toString (builtins.elemAt rule 1)}") config.save;
        dbfilename = "dump.rdb";
        dir = "/var/lib/${nameOf name}";
        appendonly = config.appendOnly;
        appendfsync = config.appendFsync;
        slowlog-log-slower-than = config.slowLogLogSlowerThan;
        slowlog-max-len = config.slowLogMaxLen;
      })
      (lib.mkIf (config.bind != null) { inherit (config) bind; })
      (lib.mkIf (config.unixSocket != null) { unixsocket = config.unixSocket; unixsocketperm = toString config.unixSocketPerm; })
      (lib.mkIf (config.slaveOf != null) { slaveof = "${config.slaveOf.ip} ${toString config.slaveOf.port}"; })
      (lib.mkIf (config.requirePass != null) { requirepass = config.requirePass; })
    ];
  };

  enabled = lib.filterAttrs (_: server: server.enable) cfg.servers;

  service = name: server: lib.nameValuePair (nameOf name) {
    description = "Redis Server - ${nameOf name}";
    wantedBy = [ "multi-user.target" ];
    after = [ "network.target" ];
    # The program rewrites its file; what the configuration says is included.
    preStart = ''
      install -m 0600 ${pkgs.writeText "redis.conf" (text server.settings)} /var/lib/${nameOf name}/redis.conf
    '' + lib.optionalString (server.requirePassFile != null) ''
      echo "requirepass $(cat ${lib.escapeShellArg server.requirePassFile})" >> /var/lib/${nameOf name}/redis.conf
    '';
    serviceConfig = {
      ExecStart = "${cfg.package}/bin/redis-server /var/lib/${nameOf name}/redis.conf";
      Type = "notify";
      User = server.user;
      Group = server.group;
      RuntimeDirectory = nameOf name;
      RuntimeDirectoryMode = "0750";
      StateDirectory = nameOf name;
      StateDirectoryMode = "0700";
      UMask = "0077";
      CapabilityBoundingSet = "";
      NoNewPrivileges = true;
      ProtectSystem = "strict";
      ProtectHome = true;
      PrivateTmp = true;
      PrivateDevices = true;
      LimitNOFILE = lib.mkDefault (server.maxclients + 32);
    };
  };
in
{
  options.services.redis = {
    package = mkOption { type = types.package; default = pkgs.redis-server; defaultText = lib.literalExpression "pkgs.redis-server"; description = "The package with the server."; };
    vmOverCommit = mkOption { type = types.bool; default = true; description = "Whether the kernel gives more memory than there is; without it the server may be unable to write to disk."; };
    servers = mkOption { type = types.attrsOf (types.submodule server); default = { }; description = "The servers, by name."; };
  };

  config = lib.mkIf (enabled != { }) {
    boot.kernel.sysctl = lib.mkIf cfg.vmOverCommit { "vm.overcommit_memory" = lib.mkDefault 1; };
    environment.systemPackages = [ cfg.package pkgs.redis-tools ];
    networking.firewall.allowedTCPPorts = lib.concatMap (server: lib.optional server.openFirewall server.port) (builtins.attrValues enabled);
    users.users = lib.mapAttrs' (name: server: lib.nameValuePair server.user { isSystemUser = true; description = "System user for the redis-server instance ${name}"; inherit (server) group; }) enabled;
    users.groups = lib.mapAttrs' (_: server: lib.nameValuePair server.group { }) enabled;
    systemd.services = lib.mapAttrs' service enabled;
  };
}
