# Which services listen at which ports: two of the same number are refused. Modules say theirs in networking.claimedPorts; those
# of sockets and of the usual services are found here.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  inherit (config) services;

  claims = config.networking.claimedPorts;
  isEverywhere = address: builtins.elem address [ "*" "0.0.0.0" "::" "[::]" ];
  overlap = a: b: a.by != b.by && (a.address == b.address || isEverywhere a.address || isEverywhere b.address);
  clashes = lib.filterAttrs (_: same: lib.any (a: lib.any (overlap a) same) same)
    (builtins.groupBy (claim: "${toString claim.port}/${claim.protocol}") claims);
  names = same: lib.concatMapStringsSep " and " (by: "`${by}'") (lib.unique (map (claim: claim.by) same));

  # `80`, `127.0.0.1:80`, `[::1]:80`: what systemd.socket(5) has for the network; null for paths and others.
  parseListen = text:
    let parts = builtins.match "([^/]*:)?([0-9]+)" text; in
    if parts == null then null
    else {
      address = if builtins.head parts == null then "*" else lib.removeSuffix ":" (builtins.head parts);
      port = lib.toInt (builtins.elemAt parts 1);
    };
  socketClaims = name: socket:
    lib.concatMap
      ({ list, protocol }: map
        (listen: listen // { inherit protocol; by = "systemd.sockets.${name}"; about = [ [ "systemd" "sockets" name ] ]; })
        (builtins.filter (listen: listen != null) (map parseListen list)))
      [ { list = socket.listenStreams; protocol = "tcp"; } { list = socket.listenDatagrams; protocol = "udp"; } ];
in
{
  options.networking.claimedPorts = mkOption {
    internal = true;
    default = [ ];
    description = ''
      The ports that services listen at. Two of the same number are refused unless they are at different addresses, or claimed
      by the same service.
    '';
    type = types.listOf (types.submodule {
      options = {
        port = mkOption { type = types.port; description = "The number."; };
        protocol = mkOption { type = types.enum [ "tcp" "udp" ]; default = "tcp"; description = "What is spoken."; };
        address = mkOption { type = types.str; default = "*"; description = "The machine's address; `*` for all."; };
        by = mkOption { type = types.str; description = "The option of the service."; };
        about = mkOption { type = types.listOf (types.listOf types.str); default = [ ]; description = "The options that say so, as paths."; };
      };
    });
  };

  config = {
    networking.claimedPorts = lib.mkMerge [
      (lib.concatLists (lib.mapAttrsToList socketClaims (lib.filterAttrs (_: socket: socket.enable) config.systemd.sockets)))
      (lib.mkIf (services.openssh.enable && !services.openssh.startWhenNeeded or false) (map
        (port: { inherit port; by = "services.openssh"; about = [ [ "services" "openssh" "ports" ] [ "services" "openssh" "enable" ] ]; })
        services.openssh.ports))
      (lib.mkIf services.postgresql.enable [
        {
          inherit (services.postgresql.settings) port;
          address = if services.postgresql.enableTCPIP then "*" else "127.0.0.1";
          by = "services.postgresql";
          about = [ [ "services" "postgresql" "settings" "port" ] [ "services" "postgresql" "enable" ] ];
        }
      ])
    ];

    assertions = lib.mapAttrsToList
      (port: same: {
        assertion = false;
        message = "Port ${port} is taken by ${names same}.";
        about = lib.concatMap (claim: claim.about) same;
      })
      clashes;
  };
}
