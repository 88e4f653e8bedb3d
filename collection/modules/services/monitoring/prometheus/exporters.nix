# Programs that tell Prometheus what they see: so far that of the machine itself.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.services.prometheus.exporters.node;
in
{
  options.services.prometheus.exporters.node = {
    enable = mkOption { type = types.bool; default = false; description = "Whether Prometheus can ask how the machine is."; };
    package = mkOption { type = types.package; default = pkgs.prometheus-node-exporter; defaultText = lib.literalExpression "pkgs.prometheus-node-exporter"; description = "The package of the program."; };
    port = mkOption { type = types.port; default = 9100; description = "The port it listens at."; };
    listenAddress = mkOption { type = types.str; default = "0.0.0.0"; description = "The address it listens at."; };
    openFirewall = mkOption { type = types.bool; default = false; description = "Whether the firewall lets its port through."; };
    enabledCollectors = mkOption { type = types.listOf types.str; default = [ ]; example = [ "systemd" ]; description = "What it tells beside what it does anyhow."; };
    disabledCollectors = mkOption { type = types.listOf types.str; default = [ ]; example = [ "timex" ]; description = "What it does not tell."; };
    extraFlags = mkOption { type = types.listOf types.str; default = [ ]; description = "Further arguments."; };
    user = mkOption { type = types.str; default = "node-exporter"; description = "The user it runs as."; };
    group = mkOption { type = types.str; default = "node-exporter"; description = "The group it runs as."; };
  };

  config = lib.mkIf cfg.enable {
    users.users = lib.optionalAttrs (cfg.user == "node-exporter") { node-exporter = { isSystemUser = true; description = "Prometheus node exporter service user"; inherit (cfg) group; }; };
    users.groups = lib.optionalAttrs (cfg.group == "node-exporter") { node-exporter = { }; };
    networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];
    systemd.services.prometheus-node-exporter = {
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      serviceConfig = {
        ExecStart = lib.concatStringsSep " " (
          [ "${cfg.package}/bin/prometheus-node-exporter" ]
          ++ map (name: "--collector.${name}") cfg.enabledCollectors
          ++ map (name: "--no-collector.${name}") cfg.disabledCollectors
          ++ [ "--web.listen-address ${cfg.listenAddress}:${toString cfg.port}" ]
          ++ cfg.extraFlags
        );
        Restart = "always";
        User = cfg.user;
        Group = cfg.group;
        RuntimeDirectory = "prometheus-node-exporter";
        PrivateTmp = true;
        ProtectHome = true;
        NoNewPrivileges = true;
        # The systemd collector asks on the bus.
        RestrictAddressFamilies = [ "AF_INET" "AF_INET6" "AF_UNIX" "AF_NETLINK" ];
      };
    };
  };
}
