# The machine as a router: others reach the outside under its address, and some of its ports lead to them.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.networking.nat;
  # `ve-+` stands for all whose names begin so.
  pattern = name: if lib.hasSuffix "+" name then "${lib.removeSuffix "+" name}*" else name;
  outward = lib.optionalString (cfg.externalInterface != null) "oifname \"${cfg.externalInterface}\" ";
  translate = version:
    let address = if version == "ip" then cfg.externalIP else cfg.externalIPv6; in
    if address == null then "masquerade" else "snat to ${address}";
  # `PORT` or `FIRST:LAST`.
  portsOf = port: lib.replaceStrings [ ":" ] [ "-" ] (toString port);

  forward = version: isIPv6:
    let mine = builtins.filter (rule: lib.hasInfix "[" rule.destination == isIPv6) cfg.forwardPorts; in
    lib.concatMapStrings
      (rule: ''
        iifname "${cfg.externalInterface}" ${rule.proto} dport ${portsOf rule.sourcePort} dnat to ${rule.destination}
      '' + lib.concatMapStrings
        (address: "${version} daddr ${address} ${rule.proto} dport ${portsOf rule.sourcePort} dnat to ${rule.destination}\n")
        rule.loopbackIPs)
      mine
    + lib.optionalString (!isIPv6 && cfg.dmzHost != null) "iifname \"${cfg.externalInterface}\" dnat to ${cfg.dmzHost}\n";

  content = version: inside: isIPv6: ''
    chain pre {
      type nat hook prerouting priority dstnat;
    ${forward version isIPv6}}
    chain post {
      type nat hook postrouting priority srcnat;
    ${lib.concatMapStrings (name: "${outward}iifname \"${pattern name}\" ${translate version}\n") cfg.internalInterfaces}${lib.optionalString (inside != [ ]) "${outward}${version} saddr { ${lib.concatStringsSep ", " inside} } ${translate version}\n"}}
  '';
in
{
  options.networking.nat = {
    enable = mkOption { type = types.bool; default = false; description = "Whether the machine passes on what others send, under its own address."; };
    enableIPv6 = mkOption { type = types.bool; default = false; description = "Whether it does so for IPv6."; };
    internalInterfaces = mkOption { type = types.listOf types.str; default = [ ]; example = [ "eth0" ]; description = "The interfaces behind which the others are."; };
    internalIPs = mkOption { type = types.listOf types.str; default = [ ]; example = [ "192.168.1.0/24" ]; description = "The networks that the others are in."; };
    internalIPv6s = mkOption { type = types.listOf types.str; default = [ ]; example = [ "fc00::/64" ]; description = "The IPv6 networks that the others are in."; };
    externalInterface = mkOption { type = types.nullOr types.str; default = null; example = "eth1"; description = "The interface that leads outside."; };
    externalIP = mkOption { type = types.nullOr types.str; default = null; example = "203.0.113.123"; description = "The address that the others have outside; `null` for the interface's own."; };
    externalIPv6 = mkOption { type = types.nullOr types.str; default = null; example = "2001:dc0:2001:11::175"; description = "The IPv6 address that the others have outside."; };
    dmzHost = mkOption { type = types.nullOr types.str; default = null; example = "10.0.0.1"; description = "The machine that gets whatever comes from outside and is for nobody."; };
    forwardPorts = mkOption {
      type = types.listOf (types.submodule {
        options = {
          sourcePort = mkOption { type = types.either types.int (types.strMatching "[[:digit:]]+:[[:digit:]]+"); example = 8080; description = "The port here, or a range as `FIRST:LAST`."; };
          destination = mkOption { type = types.str; example = "10.0.0.1:80"; description = "The address and port there."; };
          proto = mkOption { type = types.enum [ "tcp" "udp" ]; default = "tcp"; description = "The protocol."; };
          loopbackIPs = mkOption { type = types.listOf types.str; default = [ ]; description = "Addresses of this machine at which its neighbours reach the port too."; };
        };
      });
      default = [ ];
      example = [ { sourcePort = 8080; destination = "10.0.0.1:80"; proto = "tcp"; } ];
      description = "Ports that lead to others.";
    };
  };

  config = lib.mkIf cfg.enable {
    boot.kernel.sysctl = {
      "net.ipv4.conf.all.forwarding" = lib.mkOverride 99 true;
      "net.ipv4.conf.default.forwarding" = lib.mkOverride 99 true;
    } // lib.optionalAttrs cfg.enableIPv6 {
      "net.ipv6.conf.all.forwarding" = lib.mkOverride 99 true;
      "net.ipv6.conf.default.forwarding" = lib.mkOverride 99 true;
    };
    networking.nftables.tables = {
      nixos-nat = { family = "ip"; content = content "ip" cfg.internalIPs false; };
    } // lib.optionalAttrs cfg.enableIPv6 {
      nixos-nat6 = { family = "ip6"; content = content "ip6" cfg.internalIPv6s true; };
    };
    assertions = [
      {
        assertion = cfg.forwardPorts == [ ] && cfg.dmzHost == null || cfg.externalInterface != null;
        message = "networking.nat.forwardPorts and networking.nat.dmzHost need networking.nat.externalInterface.";
      }
    ];
  };
}
