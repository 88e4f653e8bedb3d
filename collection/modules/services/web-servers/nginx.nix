# The web server nginx.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.nginx;
  text = description: mkOption { type = types.lines; default = ""; inherit description; };

  location = { ... }: {
    options = {
      root = mkOption { type = types.nullOr types.path; default = null; description = "The folder whose files are served."; };
      alias = mkOption { type = types.nullOr types.path; default = null; description = "The folder that stands for the location."; };
      index = mkOption { type = types.nullOr types.str; default = null; description = "The file that stands for a folder."; };
      tryFiles = mkOption { type = types.nullOr types.str; default = null; description = "The files that are looked for, in order."; };
      proxyPass = mkOption { type = types.nullOr types.str; default = null; example = "http://localhost:8080"; description = "The server that requests go to."; };
      return = mkOption { type = types.nullOr types.str; default = null; example = "301 https://example.org"; description = "What is answered at once."; };
      extraConfig = text "Lines at the end of the location.";
    };
  };
  virtualHost = { name, ... }: {
    options = {
      serverName = mkOption { type = types.str; default = name; description = "The name it is asked for by."; };
      serverAliases = mkOption { type = types.listOf types.str; default = [ ]; description = "Its other names."; };
      listen = mkOption { type = types.listOf (types.attrsOf types.unspecified); default = [ { addr = "0.0.0.0"; port = 80; } ]; description = "Addresses and ports it listens at."; };
      default = mkOption { type = types.bool; default = false; description = "Whether it answers for names that nobody has."; };
      root = mkOption { type = types.nullOr types.path; default = null; description = "The folder whose files are served."; };
      locations = mkOption { type = types.attrsOf (types.submodule location); default = { }; description = "What is different for some paths."; };
      extraConfig = text "Lines at the end of the server.";
    };
  };

  setting = name: value: lib.optionalString (value != null) "${name} ${toString value};\n";
  showLocation = path: l: ''
    location ${path} {
    ${setting "root" l.root}${setting "alias" l.alias}${setting "index" l.index}${setting "try_files" l.tryFiles}${setting "proxy_pass" l.proxyPass}${setting "return" l.return}${l.extraConfig}}
  '';
  showHost = _: h: ''
    server {
    ${lib.concatMapStrings (l: "listen ${l.addr}:${toString (l.port or 80)}${lib.optionalString h.default " default_server"};\n") h.listen}server_name ${toString ([ h.serverName ] ++ h.serverAliases)};
    ${setting "root" h.root}${lib.concatStrings (lib.mapAttrsToList showLocation h.locations)}${h.extraConfig}}
  '';

  configFile = pkgs.writeText "nginx.conf" ''
    pid /run/nginx/nginx.pid;
    error_log stderr;
    daemon off;
    events { }
    http {
      include ${pkgs.nginx-common}/etc/nginx/mime.types;
      default_type application/octet-stream;
      access_log /var/log/nginx/access.log;
      client_body_temp_path /var/cache/nginx/client_body;
      proxy_temp_path /var/cache/nginx/proxy;
      fastcgi_temp_path /var/cache/nginx/fastcgi;
      uwsgi_temp_path /var/cache/nginx/uwsgi;
      scgi_temp_path /var/cache/nginx/scgi;
      sendfile on;
      tcp_nopush on;
      ${cfg.commonHttpConfig}
      ${lib.concatStrings (lib.mapAttrsToList showHost cfg.virtualHosts)}
      ${cfg.appendHttpConfig}
    }
  '';
in
{
  options.services.nginx = {
    enable = mkOption { type = types.bool; default = false; description = "Whether nginx runs."; };
    package = mkOption { type = types.package; default = pkgs.nginx; defaultText = lib.literalExpression "pkgs.nginx"; description = "The package of nginx."; };
    user = mkOption { type = types.str; default = "nginx"; description = "The user it runs as."; };
    group = mkOption { type = types.str; default = "nginx"; description = "The group it runs as."; };
    virtualHosts = mkOption { type = types.attrsOf (types.submodule virtualHost); default = { }; description = "The servers, by name."; };
    commonHttpConfig = text "Lines before the servers.";
    appendHttpConfig = text "Lines after the servers.";
  };

  config = lib.mkIf cfg.enable {
    users.users = lib.optionalAttrs (cfg.user == "nginx") { nginx = { isSystemUser = true; inherit (cfg) group; }; };
    users.groups = lib.optionalAttrs (cfg.group == "nginx") { nginx = { }; };
    systemd.services.nginx = {
      description = "Nginx Web Server";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      stopIfChanged = false;
      serviceConfig = {
        ExecStartPre = "${cfg.package}/bin/nginx -t -c ${configFile} -e stderr";
        ExecStart = "${cfg.package}/bin/nginx -c ${configFile} -e stderr";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        Restart = "always";
        RestartSec = "10s";
        User = cfg.user;
        Group = cfg.group;
        RuntimeDirectory = "nginx";
        LogsDirectory = "nginx";
        CacheDirectory = "nginx";
        AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ];
        CapabilityBoundingSet = [ "CAP_NET_BIND_SERVICE" ];
        NoNewPrivileges = true;
        PrivateTmp = true;
      };
    };
  };
}
