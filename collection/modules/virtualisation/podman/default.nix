# Podman: containers without a daemon.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.virtualisation.podman;
  json = pkgs.formats.json { };
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  dockerCompat = pkgs.runCommand "podman-docker-compat" { } "mkdir -p $out/bin && ln -s ${cfg.package}/bin/podman $out/bin/docker";
in
{
  options.virtualisation.podman = {
    enable = flag false "Whether podman is there, for root and for ordinary users.";
    package = mkOption { type = types.package; default = pkgs.podman; defaultText = lib.literalExpression "pkgs.podman"; description = "The package of podman."; };
    dockerSocket.enable = flag false "Whether programs that want Docker find podman at its socket.";
    dockerCompat = flag false "Whether {command}`docker` is podman.";
    enableNvidia = flag false "Whether containers use graphics cards of NVIDIA: there is no package for it.";
    extraPackages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages that podman finds."; };
    extraRuntimes = mkOption { type = types.listOf types.package; default = [ ]; description = "Other runtimes than crun."; };
    autoPrune = {
      enable = flag false "Whether what no container uses is removed from time to time.";
      flags = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--all" ]; description = "Arguments of {command}`podman system prune`."; };
      dates = mkOption { type = types.str; default = "weekly"; description = "When, as {manpage}`systemd.time(7)` has it."; };
    };
    defaultNetwork.settings = mkOption { inherit (json) type; default = { }; example = { dns_enabled = true; }; description = "Settings of the network that containers are in."; };
    networkSocket = {
      enable = flag false "Whether the socket can be reached over the network: there is no server for it here.";
      port = mkOption { type = types.port; default = 2376; description = "Its port."; };
      openFirewall = flag false "Whether that is open.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = !(cfg.dockerCompat && config.virtualisation.docker.enable);
        about = [ [ "virtualisation" "podman" "dockerCompat" ] [ "virtualisation" "docker" "enable" ] ];
        message = "Option dockerCompat conflicts with docker";
      }
      {
        assertion = !(cfg.dockerSocket.enable && config.virtualisation.docker.enable);
        about = [ [ "virtualisation" "podman" "dockerSocket" "enable" ] [ "virtualisation" "docker" "enable" ] ];
        message = "The options virtualisation.podman.dockerSocket.enable and virtualisation.docker.enable conflict, because only one can serve the socket.";
      }
      {
        assertion = !cfg.enableNvidia && !cfg.networkSocket.enable;
        about = [ [ "virtualisation" "podman" "enableNvidia" ] [ "virtualisation" "podman" "networkSocket" "enable" ] ];
        message = "virtualisation.podman: there is no package for enableNvidia, and no server for networkSocket.";
      }
    ];
    environment.systemPackages = [ cfg.package pkgs.crun pkgs.conmon pkgs.slirp4netns pkgs.fuse-overlayfs ] ++ cfg.extraPackages ++ cfg.extraRuntimes ++ lib.optional cfg.dockerCompat dockerCompat;
    virtualisation.containers.enable = true;
    environment.etc."containers/networks/podman.json".source = json.generate "podman.json" (lib.recursiveUpdate {
      driver = "bridge";
      id = "0000000000000000000000000000000000000000000000000000000000000000";
      internal = false;
      ipam_options.driver = "host-local";
      ipv6_enabled = false;
      name = "podman";
      network_interface = "podman0";
      subnets = [ { gateway = "10.88.0.1"; subnet = "10.88.0.0/16"; } ];
      dns_enabled = false;
    } cfg.defaultNetwork.settings);

    # Its socket, from which it starts.
    systemd.services.podman = {
      description = "Podman's service";
      requires = [ "podman.socket" ];
      after = [ "podman.socket" ];
      path = [ "/run/wrappers" pkgs.iptables pkgs.iproute2 pkgs.kmod ];
      environment.LOGGING = "--log-level=info";
      serviceConfig = { Type = "exec"; KillMode = "process"; Delegate = true; ExecStart = "${cfg.package}/bin/podman $LOGGING system service"; };
    };
    systemd.sockets.podman = {
      description = "Podman's socket";
      wantedBy = [ "sockets.target" ];
      listenStreams = [ "/run/podman/podman.sock" ];
      socketConfig = { SocketMode = "0660"; SocketGroup = "podman"; };
    };
    users.groups.podman = { };
    systemd.services.podman-prune = lib.mkIf cfg.autoPrune.enable {
      description = "Removal of what no container uses";
      restartIfChanged = false;
      startAt = cfg.autoPrune.dates;
      serviceConfig = { Type = "oneshot"; ExecStart = "${cfg.package}/bin/podman system prune -f ${toString cfg.autoPrune.flags}"; };
    };
    systemd.tmpfiles.rules = lib.optional cfg.dockerSocket.enable "L+ /run/docker.sock - - - - /run/podman/podman.sock";
  };
}
