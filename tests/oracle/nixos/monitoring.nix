# What watches other machines, with certificates, backups and mail.
{ pkgs, ... }:
{
  boot.loader.grub.device = "/dev/sda";
  fileSystems."/".device = "/dev/sda1";
  security.acme = { acceptTerms = true; email = "ada@example.org"; };
  services.nginx = {
    enable = true;
    virtualHosts."grafana.example.org" = {
      enableACME = true;
      forceSSL = true;
      locations."/".proxyPass = "http://127.0.0.1:3000";
    };
  };
  services.grafana = { enable = true; domain = "grafana.example.org"; provision.enable = true; };
  services.prometheus = {
    enable = true;
    exporters.node = { enable = true; enabledCollectors = [ "systemd" ]; };
    alertmanager = {
      enable = true;
      configuration = { route.receiver = "ada"; receivers = [ { name = "ada"; } ]; };
    };
    scrapeConfigs = [
      { job_name = "node"; static_configs = [ { targets = [ "localhost:9100" ]; labels.site = "here"; } ]; }
    ];
  };
  services.loki = { enable = true; configuration.auth_enabled = false; };
  services.borgbackup.jobs.home = {
    paths = "/home";
    repo = "/backup";
    encryption.mode = "none";
    startAt = "daily";
  };
  services.postfix = { enable = true; config.myhostname = "mail.example.org"; };
  services.mysql = { enable = true; package = pkgs.mariadb; };
}
