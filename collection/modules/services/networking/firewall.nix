# The firewall: what may come in. Everything else is dropped. It is on unless the configuration says otherwise.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.networking.firewall;

  portRange = types.submodule {
    options.from = mkOption { type = types.port; description = "The first port."; };
    options.to = mkOption { type = types.port; description = "The last port."; };
  };
  sorted = ports: lib.unique (builtins.sort builtins.lessThan ports);
  ports = what: mkOption { type = types.listOf types.port; default = [ ]; apply = sorted; example = [ 22 80 ]; description = "The ${what} ports that are open."; };
  ranges = what: mkOption { type = types.listOf portRange; default = [ ]; example = [ { from = 8999; to = 9003; } ]; description = "The ranges of ${what} ports that are open."; };
  common = {
    allowedTCPPorts = ports "TCP";
    allowedUDPPorts = ports "UDP";
    allowedTCPPortRanges = ranges "TCP";
    allowedUDPPortRanges = ranges "UDP";
  };
  flag = default: description: mkOption { type = types.bool; inherit default description; };
  rules = description: mkOption { type = types.lines; default = ""; inherit description; };

  portSet = ports: ranges: lib.concatStringsSep ", " (map toString ports ++ map (range: "${toString range.from}-${toString range.to}") ranges);
  accept = match: comment: "${match} accept comment \"${comment}\"\n";
  openPorts = interface: opened:
    let
      prefix = lib.optionalString (interface != null) "iifname ${quote interface} ";
      of = protocol: ports: ranges:
        lib.optionalString (ports != [ ] || ranges != [ ]) "${prefix}${protocol} dport { ${portSet ports ranges} } accept\n";
    in
    of "tcp" opened.allowedTCPPorts opened.allowedTCPPortRanges + of "udp" opened.allowedUDPPorts opened.allowedUDPPortRanges;
  quote = name: ''"${name}"'';
  trusted = lib.concatMapStringsSep ", " quote cfg.trustedInterfaces;

  indent = text: lib.concatMapStrings (line: if line == "" then "" else "    ${line}\n") (lib.splitString "\n" text);
  chain = name: lines: "  chain ${name} {\n${indent (lib.concatStrings lines)}  }\n";

  # The way back to the sender must be the one that the packet came by: strictly, or by any interface.
  reversePath = lib.optionals (cfg.checkReversePath != false) [
    (chain "rpfilter" [
      "type filter hook prerouting priority mangle + 10; policy drop;\n"
      (accept "meta nfproto ipv4 udp sport . udp dport { 67 . 68, 68 . 67 }" "DHCPv4 client and server")
      "fib saddr . mark${lib.optionalString (cfg.checkReversePath != "loose") " . iif"} oif exists accept\n"
      "jump rpfilter-allow\n"
      (lib.optionalString cfg.logReversePathDrops "log level info prefix \"rpfilter drop: \"\n")
    ])
    (chain "rpfilter-allow" [ cfg.extraReversePathFilterRules ])
  ];

  input = [
    (chain "input" [
      "type filter hook input priority filter; policy drop;\n"
      (lib.optionalString (cfg.trustedInterfaces != [ ]) (accept "iifname { ${trusted} }" "trusted interfaces"))
      # Neighbours find each other by packets that are not tracked.
      "ct state vmap { invalid : drop, established : accept, related : accept, new : jump input-allow, untracked : jump input-allow }\n"
      (lib.optionalString cfg.logRefusedConnections "tcp flags & (fin | syn | rst | ack) == syn log level info prefix \"refused connection: \"\n")
      (lib.optionalString (cfg.logRefusedPackets && !cfg.logRefusedUnicastsOnly) ''
        pkttype broadcast log level info prefix "refused broadcast: "
        pkttype multicast log level info prefix "refused multicast: "
      '')
      (lib.optionalString cfg.logRefusedPackets "pkttype host log level info prefix \"refused packet: \"\n")
      (lib.optionalString cfg.rejectPackets "meta l4proto tcp reject with tcp reset\nreject\n")
    ])
    (chain "input-allow" [
      (lib.concatStrings (lib.mapAttrsToList openPorts cfg.interfaces))
      (openPorts null cfg)
      (lib.optionalString cfg.allowPing
        (accept "icmp type echo-request${lib.optionalString (cfg.pingLimit != null) " limit rate ${cfg.pingLimit}"}" "allow ping"))
      (accept "icmpv6 type != { nd-redirect, 139 }" "all ICMPv6 but redirects and requests for the node's names")
      (accept "ip6 daddr fe80::/64 udp dport 546" "DHCPv6 client")
      cfg.extraInputRules
    ])
  ];

  forward = lib.optionals cfg.filterForward [
    (chain "forward" [
      "type filter hook forward priority filter; policy drop;\n"
      "ct state vmap { invalid : drop, established : accept, related : accept, new : jump forward-allow, untracked : jump forward-allow }\n"
    ])
    (chain "forward-allow" [
      (accept "icmpv6 type != { router-renumbering, 139 }" "all ICMPv6 but renumbering and requests for the node's names")
      (accept "ct status dnat" "forwarded ports")
      cfg.extraForwardRules
    ])
  ];

  noIptables = name: {
    assertion = cfg.${name} == "";
    message = "networking.firewall.${name} has commands of iptables, and this firewall is made of nftables. Write networking.firewall.extraInputRules.";
  };
in
{
  options.networking.firewall = common // {
    enable = flag true "Whether packets that nothing allows are dropped.";
    allowPing = flag true "Whether the machine answers to pings.";
    pingLimit = mkOption { type = types.nullOr types.singleLineStr; default = null; example = "10/minute burst 5 packets"; description = "How many pings it answers, in the words of {manpage}`nft(8)`."; };
    trustedInterfaces = mkOption { type = types.listOf types.str; default = [ ]; example = [ "enp0s2" ]; description = "The interfaces over which everything may come in."; };
    interfaces = mkOption {
      type = types.attrsOf (types.submodule { options = common; });
      default = { };
      example = { eth1.allowedTCPPorts = [ 5432 ]; };
      description = "What may come in over single interfaces.";
    };
    checkReversePath = mkOption {
      type = types.either types.bool (types.enum [ "strict" "loose" ]);
      default = true;
      example = "loose";
      description = "Whether a packet is dropped that an answer would leave over another interface than it came by; `loose` if over none.";
    };
    logReversePathDrops = flag false "Whether such a packet is noted in the kernel's log.";
    logRefusedConnections = flag true "Whether a connection that is refused is noted in the kernel's log.";
    logRefusedPackets = flag false "Whether every packet that is refused is noted there.";
    logRefusedUnicastsOnly = flag true "Whether that is done only for packets to this machine alone.";
    rejectPackets = flag false "Whether the sender of a packet that is refused is told.";
    filterForward = flag false "Whether what the machine passes on is filtered too.";
    extraInputRules = rules "Rules of nftables in the chain of what may come in.";
    extraForwardRules = rules "Rules of nftables in the chain of what may be passed on.";
    extraReversePathFilterRules = rules "Rules of nftables for packets that fail the check of the way back.";
    extraCommands = rules "Commands of iptables. There is no iptables here: writing any is an error.";
    extraStopCommands = rules "Commands of iptables. There is no iptables here: writing any is an error.";
  };

  config = lib.mkIf cfg.enable {
    networking.firewall.trustedInterfaces = [ "lo" ];
    # What its rules need. The kernel would load them one after the other when the rules are loaded, which the network waits for.
    boot.kernelModules = [ "nft_ct" "nft_log" "nf_log_syslog" ] ++ lib.optional (cfg.checkReversePath != false) "nft_fib_inet";
    networking.nftables.tables.nixos-fw = {
      family = "inet";
      content = lib.concatStringsSep "\n" (reversePath ++ input ++ forward);
    };
    assertions = [
      (noIptables "extraCommands")
      (noIptables "extraStopCommands")
      {
        assertion = config.networking.nftables.enable;
        message = "networking.firewall is made of nftables: networking.nftables.enable cannot be false with it.";
      }
    ];
  };
}
