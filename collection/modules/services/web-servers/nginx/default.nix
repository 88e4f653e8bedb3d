# The web server nginx.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.nginx;
  text = description: mkOption { type = types.lines; default = ""; inherit description; };
  flag = description: mkOption { type = types.bool; default = false; inherit description; };
  number = description: mkOption { type = types.nullOr types.ints.positive; default = null; inherit description; };

  # Where a server listens: what is said of it, or at all addresses, with encryption and without.
  listensOf = host:
    let
      addresses = if host.listenAddresses != [ ] then host.listenAddresses else cfg.defaultListenAddresses;
      portOf = ssl: if ssl then cfg.defaultSSLListenPort else cfg.defaultHTTPListenPort;
      at = ssl: map (addr: { inherit addr ssl; port = portOf ssl; proxyProtocol = false; extraParameters = [ ]; }) addresses;
    in
    if host.listen != [ ] then map (l: l // { port = if l.port != null then l.port else portOf l.ssl; }) host.listen
    else lib.optionals (host.onlySSL || host.addSSL || host.forceSSL) (at true) ++ lib.optionals (!host.onlySSL) (at false);

  claims = name: host: map
    (listen: {
      inherit (listen) port;
      address = if listen.addr == "[::0]" then "[::]" else listen.addr;
      by = "services.nginx";
      about = [ [ "services" "nginx" "virtualHosts" name "listen" ] [ "services" "nginx" "virtualHosts" name ] ];
    })
    (builtins.filter (listen: !lib.hasPrefix "unix:" listen.addr) (listensOf host));

  configFile = pkgs.writeText "nginx.conf" (import ./config-file.nix { inherit config lib pkgs listensOf; });
  configPath = if cfg.enableReload then "/etc/nginx/nginx.conf" else configFile;
  command = "${cfg.package}/bin/nginx -c ${configPath} -e stderr";

  hosts = builtins.attrValues cfg.virtualHosts;
  exclusive = host: builtins.length (builtins.filter (set: set) [ host.addSSL host.onlySSL host.forceSSL host.rejectSSL ]) <= 1;

  upstream = {
    options = {
      servers = mkOption {
        type = types.attrsOf (types.submodule {
          freeformType = types.attrsOf (types.oneOf [ types.bool types.int types.str ]);
          options.backup = flag "Whether it is asked only when the others do not answer.";
        });
        default = { };
        example = { "127.0.0.1:8000" = { }; "127.0.0.1:8001".weight = 5; };
        description = "The servers, by address, with their words.";
      };
      extraConfig = text "Lines at the end.";
    };
  };
in
{
  options.services.nginx = {
    enable = flag "Whether nginx runs.";
    package = mkOption { type = types.package; default = pkgs.nginx; defaultText = lib.literalExpression "pkgs.nginx"; description = "The package of nginx."; };
    user = mkOption { type = types.str; default = "nginx"; description = "The user it runs as."; };
    group = mkOption { type = types.str; default = "nginx"; description = "The group it runs as."; };
    virtualHosts = mkOption {
      type = types.attrsOf (types.submodule (import ./vhost-options.nix { inherit lib cfg; }));
      default = { localhost = { }; };
      example = { "hydra.example.com" = { forceSSL = true; sslCertificate = "/var/host.cert"; sslCertificateKey = "/var/host.key"; locations."/".proxyPass = "http://localhost:3000"; }; };
      description = "The servers, by name.";
    };
    upstreams = mkOption { type = types.attrsOf (types.submodule upstream); default = { }; description = "Groups of servers that requests go to, by the name that `proxyPass` has."; };
    statusPage = flag "Whether the machine itself can read at {file}`/nginx_status` how many connections there are.";
    recommendedTlsSettings = flag "Whether encryption is set as is usual today.";
    recommendedOptimisation = flag "Whether files are sent as is quickest.";
    recommendedGzipSettings = flag "Whether what can be is compressed.";
    recommendedProxySettings = flag "Whether servers behind this one are told whom a request is from.";
    proxyTimeout = mkOption { type = types.str; default = "60s"; example = "20s"; description = "How long a server behind this one may take."; };
    proxyResolveWhileRunning = flag "Whether the names of servers behind this one are looked up for each request, and need not be known when nginx starts.";
    resolver = {
      addresses = mkOption { type = types.listOf types.str; default = [ ]; example = [ "[::1]" "127.0.0.1:5353" ]; description = "Whom nginx asks for names while it runs."; };
      valid = mkOption { type = types.str; default = ""; example = "30s"; description = "How long an answer is good."; };
      ipv4 = mkOption { type = types.bool; default = true; description = "Whether IPv4 addresses are asked for."; };
      ipv6 = mkOption { type = types.bool; default = true; description = "Whether IPv6 addresses are asked for."; };
    };
    defaultListenAddresses = mkOption {
      type = types.listOf types.str;
      default = [ "0.0.0.0" ] ++ lib.optional config.networking.enableIPv6 "[::0]";
      defaultText = lib.literalExpression ''[ "0.0.0.0" ] ++ lib.optional config.networking.enableIPv6 "[::0]"'';
      description = "The addresses at which servers listen.";
    };
    defaultHTTPListenPort = mkOption { type = types.port; default = 80; description = "The port of servers without encryption."; };
    defaultSSLListenPort = mkOption { type = types.port; default = 443; description = "The port of servers with encryption."; };
    defaultMimeTypes = mkOption { type = types.path; default = "${pkgs.nginx-common}/etc/nginx/mime.types"; defaultText = lib.literalExpression ''"''${pkgs.nginx-common}/etc/nginx/mime.types"''; description = "The types of files, by their suffix."; };
    logError = mkOption { type = types.str; default = "stderr"; example = "stderr debug"; description = "Where errors are written, and which."; };
    preStart = text "Shell commands before nginx starts.";
    config = text "The whole configuration but for what is about the process; then virtual hosts do not count.";
    eventsConfig = text "The section `events`.";
    httpConfig = text "The whole section `http`; then virtual hosts do not count.";
    streamConfig = text "The section `stream`.";
    commonHttpConfig = text "Lines before the servers.";
    appendHttpConfig = text "Lines after the servers.";
    appendConfig = text "Lines at the end of the configuration.";
    enableReload = flag "Whether nginx is reloaded when its configuration changes, and not restarted.";
    serverTokens = flag "Whether answers say nginx's version.";
    clientMaxBodySize = mkOption { type = types.str; default = "10m"; description = "How long a request may be."; };
    sslCiphers = mkOption {
      type = types.nullOr types.str;
      default = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305";
      description = "The ciphers of encrypted connections.";
    };
    sslProtocols = mkOption { type = types.str; default = "TLSv1.2 TLSv1.3"; description = "The protocols of encrypted connections."; };
    sslDhparam = mkOption { type = types.nullOr types.path; default = null; description = "The file with parameters for Diffie-Hellman."; };
    mapHashBucketSize = number "The size of a bucket of the tables for maps.";
    mapHashMaxSize = number "The size of the tables for maps.";
    serverNamesHashBucketSize = number "The size of a bucket of the table for names.";
    serverNamesHashMaxSize = number "The size of the table for names.";
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = lib.all (host: lib.all (l: l.root == null || l.alias == null) (builtins.attrValues host.locations)) hosts;
        message = "Only one of nginx root or alias can be specified on a location.";
      }
      {
        assertion = lib.all exclusive hosts;
        message = "Options services.nginx.service.virtualHosts.<name>.addSSL, services.nginx.virtualHosts.<name>.onlySSL, services.nginx.virtualHosts.<name>.forceSSL and services.nginx.virtualHosts.<name>.rejectSSL are mutually exclusive.";
      }
    ];

    networking.claimedPorts = lib.concatLists (lib.mapAttrsToList claims cfg.virtualHosts);
    users.users = lib.optionalAttrs (cfg.user == "nginx") { nginx = { isSystemUser = true; inherit (cfg) group; }; };
    users.groups = lib.optionalAttrs (cfg.group == "nginx") { nginx = { }; };
    environment.etc = lib.optionalAttrs cfg.enableReload { "nginx/nginx.conf".source = configFile; };

    systemd.services.nginx = {
      description = "Nginx Web Server";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      stopIfChanged = false;
      reloadTriggers = lib.optional cfg.enableReload "${configFile}";
      preStart = cfg.preStart;
      startLimitIntervalSec = 60;
      serviceConfig = {
        ExecStartPre = lib.mkAfter [ "${command} -t -q" ];
        ExecStart = command;
        ExecReload = [ "${command} -t -q" "${pkgs.procps}/bin/kill -HUP $MAINPID" ];
        Restart = "always";
        RestartSec = "10s";
        User = cfg.user;
        Group = cfg.group;
        RuntimeDirectory = "nginx";
        RuntimeDirectoryMode = "0750";
        CacheDirectory = "nginx";
        CacheDirectoryMode = "0750";
        LogsDirectory = "nginx";
        LogsDirectoryMode = "0750";
        UMask = "0027";
        AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" "CAP_SYS_RESOURCE" ];
        CapabilityBoundingSet = [ "CAP_NET_BIND_SERVICE" "CAP_SYS_RESOURCE" ];
        NoNewPrivileges = true;
        ProtectSystem = "strict";
        ProtectHome = lib.mkDefault true;
        PrivateTmp = true;
        PrivateDevices = true;
        ProtectHostname = true;
        ProtectKernelTunables = true;
        ProtectKernelModules = true;
        ProtectControlGroups = true;
        RestrictAddressFamilies = [ "AF_UNIX" "AF_INET" "AF_INET6" ];
        LockPersonality = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
      };
    };
  };
}
