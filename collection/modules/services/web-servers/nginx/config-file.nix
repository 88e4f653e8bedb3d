# The configuration of nginx as nginx reads it.
{ config, lib, pkgs, listensOf }:

let
  inherit (builtins) attrNames attrValues filter;
  inherit (lib) concatMapStrings mapAttrsToList optional optionalString;
  cfg = config.services.nginx;

  # A directive, if there is something to say.
  setting = name: value: optionalString (value != null) "${name} ${toString value};\n";
  setIf = condition: text: optionalString condition text;
  block = name: body: "${name} {\n${concatMapStrings indent (filter (line: line != "") (lib.splitString "\n" body))}}\n";
  indent = line: "  ${line}\n";

  proxyHeaders = ''
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $host;
    proxy_set_header X-Forwarded-Server $hostname;
  '';

  secured = name: part:
    let
      file =
        if part.basicAuthFile != null then part.basicAuthFile
        else pkgs.writeText "htpasswd-${lib.strings.sanitizeDerivationName name}" (lib.concatStrings (mapAttrsToList (user: password: "${user}:{PLAIN}${password}\n") part.basicAuth));
    in
    setIf (part.basicAuthFile != null || part.basicAuth != { }) "auth_basic secured;\nauth_basic_user_file ${file};\n";

  location = path: l: block "location ${path}" (
    secured path l
    + (if cfg.proxyResolveWhileRunning && l.proxyPass != null
    then "set $nix_proxy_target \"${l.proxyPass}\";\nproxy_pass $nix_proxy_target;\n"
    else setting "proxy_pass" l.proxyPass)
    + setIf l.proxyWebsockets "proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;\n"
    + setIf (l.uwsgiPass != null) "uwsgi_pass ${l.uwsgiPass};\ninclude ${pkgs.nginx-common}/etc/nginx/uwsgi_params;\n"
    + lib.concatStrings (mapAttrsToList (name: value: "fastcgi_param ${name} \"${toString value}\";\n") l.fastcgiParams)
    + setting "index" l.index
    + setting "try_files" l.tryFiles
    + setting "root" l.root
    + setting "alias" l.alias
    + setting "return" l.return
    + l.extraConfig + "\n"
    # A header that is set in a location takes away all that are set around it.
    + setIf (l.proxyPass != null && l.recommendedProxySettings) proxyHeaders
  );
  locations = host: lib.concatStrings (map
    (path: location path host.locations.${path})
    (lib.sort (a: b: host.locations.${a}.priority < host.locations.${b}.priority) (attrNames host.locations)));

  listenLines = host: ssl: concatMapStrings
    (l:
      let
        place = if lib.hasPrefix "unix:" l.addr then l.addr else "${l.addr}:${toString l.port}";
        words = [ place ] ++ optional l.ssl "ssl" ++ optional (l.ssl && host.http2) "http2" ++ optional host.default "default_server"
          ++ optional l.proxyProtocol "proxy_protocol" ++ l.extraParameters;
      in
      "listen ${toString words};\n")
    (filter (l: ssl == null || l.ssl == ssl) (listensOf host));

  server = name: host:
    let
      hasSSL = host.onlySSL || host.addSSL || host.forceSSL;
      names = "server_name ${toString ([ (if host.serverName != null then host.serverName else name) ] ++ host.serverAliases)};\n";
    in
    setIf host.forceSSL (block "server" (
      listenLines host false + names
      + block "location /" "return ${toString host.redirectCode} https://$host$request_uri;"
    ))
    + block "server" (
      listenLines host (if host.forceSSL then true else null) + names
      + setting "root" host.root
      + setIf (host.globalRedirect != null) (block "location /" "return ${toString host.redirectCode} http${optionalString hasSSL "s"}://${host.globalRedirect}$request_uri;")
      + setIf hasSSL "ssl_certificate ${host.sslCertificate};\nssl_certificate_key ${host.sslCertificateKey};\n${setting "ssl_trusted_certificate" host.sslTrustedCertificate}"
      + setIf host.rejectSSL "ssl_reject_handshake on;\n"
      + secured name host
      + locations host
      + host.extraConfig
    );

  upstream = name: u: block "upstream ${name}" (
    lib.concatStrings (mapAttrsToList
      (address: server: "server ${toString ([ address ] ++ mapAttrsToList (word: value: if value == true then word else "${word}=${toString value}") (lib.filterAttrs (_: value: value != false && value != null) server))};\n")
      u.servers)
    + u.extraConfig
  );

  common = ''
    include ${cfg.defaultMimeTypes};
    default_type application/octet-stream;
    include ${pkgs.nginx-common}/etc/nginx/fastcgi.conf;
    include ${pkgs.nginx-common}/etc/nginx/uwsgi_params;
    access_log /var/log/nginx/access.log;
    client_body_temp_path /var/cache/nginx/client_body;
    proxy_temp_path /var/cache/nginx/proxy;
    fastcgi_temp_path /var/cache/nginx/fastcgi;
    uwsgi_temp_path /var/cache/nginx/uwsgi;
    scgi_temp_path /var/cache/nginx/scgi;
  '';

  http = common
    + setIf (cfg.resolver.addresses != [ ]) "resolver ${toString cfg.resolver.addresses}${optionalString (cfg.resolver.valid != "") " valid=${cfg.resolver.valid}"}${optionalString (!cfg.resolver.ipv4) " ipv4=off"}${optionalString (!cfg.resolver.ipv6) " ipv6=off"};\n"
    + lib.concatStrings (mapAttrsToList upstream cfg.upstreams)
    + setIf cfg.recommendedOptimisation "sendfile on;\ntcp_nopush on;\ntcp_nodelay on;\nkeepalive_timeout 65;\n"
    + "types_hash_max_size ${if cfg.recommendedOptimisation then "4096" else "2688"};\n"
    + setting "ssl_protocols" cfg.sslProtocols
    + setting "ssl_ciphers" cfg.sslCiphers
    + setting "ssl_dhparam" cfg.sslDhparam
    + setIf cfg.recommendedTlsSettings "ssl_session_timeout 1d;\nssl_session_cache shared:SSL:10m;\nssl_session_tickets off;\nssl_prefer_server_ciphers off;\n"
    + setIf cfg.recommendedGzipSettings ''
      gzip on;
      gzip_static on;
      gzip_vary on;
      gzip_comp_level 5;
      gzip_min_length 256;
      gzip_proxied expired no-cache no-store private auth;
      gzip_types application/atom+xml application/geo+json application/javascript application/json application/ld+json application/manifest+json application/rdf+xml application/rss+xml application/vnd.ms-fontobject application/wasm application/x-font-opentype application/x-font-truetype application/x-javascript application/x-web-app-manifest+json application/xhtml+xml application/xml font/eot font/otf font/ttf image/bmp image/svg+xml text/cache-manifest text/calendar text/css text/javascript text/markdown text/plain text/xml text/vcard text/vnd.rim.location.xloc text/vtt text/x-component;
    ''
    + setIf cfg.recommendedProxySettings "proxy_redirect off;\nproxy_connect_timeout ${cfg.proxyTimeout};\nproxy_send_timeout ${cfg.proxyTimeout};\nproxy_read_timeout ${cfg.proxyTimeout};\nproxy_http_version 1.1;\nproxy_set_header \"Connection\" \"\";\n${proxyHeaders}"
    + setting "map_hash_bucket_size" cfg.mapHashBucketSize
    + setting "map_hash_max_size" cfg.mapHashMaxSize
    + setting "server_names_hash_bucket_size" cfg.serverNamesHashBucketSize
    + setting "server_names_hash_max_size" cfg.serverNamesHashMaxSize
    + "map $http_upgrade $connection_upgrade {\n  default upgrade;\n  '' close;\n}\n"
    + setting "client_max_body_size" cfg.clientMaxBodySize
    + "server_tokens ${if cfg.serverTokens then "on" else "off"};\n"
    + cfg.commonHttpConfig + "\n"
    + lib.concatStrings (mapAttrsToList server cfg.virtualHosts)
    + setIf cfg.statusPage (block "server" (
      concatMapStrings (addr: "listen ${addr}:${toString cfg.defaultHTTPListenPort};\n") cfg.defaultListenAddresses
      + "server_name localhost;\n"
      + block "location /nginx_status" "stub_status on;\naccess_log off;\nallow 127.0.0.1;\n${optionalString config.networking.enableIPv6 "allow ::1;\n"}deny all;"
    ))
    + cfg.appendHttpConfig;
in
''
  pid /run/nginx/nginx.pid;
  error_log ${cfg.logError};
  daemon off;
''
+ cfg.config + "\n"
+ setIf (cfg.eventsConfig != "" || cfg.config == "") (block "events" cfg.eventsConfig)
+ setIf (cfg.httpConfig == "" && cfg.config == "") (block "http" http)
+ setIf (cfg.httpConfig != "") (block "http" (common + cfg.httpConfig))
+ setIf (cfg.streamConfig != "") (block "stream" cfg.streamConfig)
+ cfg.appendConfig
