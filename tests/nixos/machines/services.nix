# A web server with several sites, a database with rules of its own, Redis and figures for Prometheus.
{ pkgs, ... }:

let
  certificate = pkgs.runCommand "certificate" { PATH = "${pkgs.coreutils}/bin:${pkgs.openssl}/bin"; } ''
    mkdir $out
    openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj /CN=secure.example -keyout $out/key.pem -out $out/cert.pem -config ${pkgs.openssl}/etc/ssl/openssl.cnf
  '';
  site = pkgs.runCommand "site" { } ''
    mkdir -p $out/docs
    echo "the front page" > $out/index.html
    echo "a document" > $out/docs/a.txt
    echo "a secret" > $out/secret
  '';
in
{
  networking.hostName = "services";
  boot.kernelPackages = pkgs.linuxPackages_cloud;
  environment.systemPackages = [ pkgs.curl ];
  networking.hosts."127.0.0.1" = [ "files.example" "proxy.example" "secure.example" "old.example" ];

  services.nginx = {
    enable = true;
    recommendedOptimisation = true;
    recommendedTlsSettings = true;
    recommendedGzipSettings = true;
    recommendedProxySettings = true;
    statusPage = true;
    enableReload = true;
    upstreams.shop = { servers."127.0.0.1:8001" = { weight = 5; }; servers."127.0.0.1:8002".backup = true; extraConfig = "keepalive 4;"; };
    appendHttpConfig = ''
      server { listen 127.0.0.1:8001; location / { return 200 "shop sees $http_x_forwarded_host"; } }
    '';
    virtualHosts."files.example" = {
      default = true;
      root = site;
      locations."/documents/" = { alias = "${site}/docs/"; extraConfig = "autoindex on;"; };
      locations."/secret" = { basicAuth.anna = "apples"; };
      locations."~ \\.php$" = { return = 403; priority = 500; };
    };
    virtualHosts."proxy.example" = {
      serverAliases = [ "www.proxy.example" ];
      locations."/".proxyPass = "http://shop";
    };
    virtualHosts."secure.example" = {
      forceSSL = true;
      sslCertificate = "${certificate}/cert.pem";
      sslCertificateKey = "${certificate}/key.pem";
      locations."/".return = "200 encrypted";
    };
    virtualHosts."old.example" = { globalRedirect = "files.example"; listen = [ { addr = "127.0.0.1"; port = 8080; } ]; };
  };

  services.postgresql = {
    enable = true;
    ensureDatabases = [ "shop" ];
    ensureUsers = [
      { name = "shop"; ensureDBOwnership = true; }
      { name = "keeper"; ensureClauses = { createdb = true; superuser = false; }; }
    ];
    settings = { shared_buffers = "32MB"; log_connections = true; };
    identMap = "as-shop bert shop\n";
    authentication = "local shop shop peer map=as-shop\n";
    initialScript = pkgs.writeText "init.sql" "CREATE TABLE first (word text); INSERT INTO first VALUES ('begun');";
  };
  users.users.bert.isNormalUser = true;

  services.redis.servers."" = { enable = true; settings.maxmemory = "10mb"; };
  services.redis.servers.cache = { enable = true; requirePass = "apples"; };
  services.prometheus.exporters.node = { enable = true; disabledCollectors = [ "timex" ]; };
}
