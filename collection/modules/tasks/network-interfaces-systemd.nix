# What network-interfaces.nix says, in the words of systemd-networkd.
{ config, lib, ... }:

let
  inherit (builtins) attrNames attrValues elem filter head;
  inherit (lib) forEach listToAttrs mapAttrsToList mkDefault mkIf mkMerge mkOverride nameValuePair optional optionalAttrs toInt;
  cfg = config.networking;
  interfaces = attrValues cfg.interfaces;

  domains = cfg.search ++ optional (cfg.domain != null) cfg.domain;
  usesDHCP = interface: if interface.useDHCP != null then interface.useDHCP else cfg.useDHCP && interface.ipv4.addresses == [ ];

  # Whether an IPv4 address is in the network of another.
  number = address: lib.foldl' (sum: part: sum * 256 + toInt part) 0 (lib.splitString "." address);
  power = n: if n == 0 then 1 else 2 * power (n - 1);
  contains = network: address:
    let size = power (32 - network.prefixLength); in number network.address / size == number address / size;

  # The interface whose network the gateway is in; of IPv6 addresses that is not computed, and the first that has any is taken.
  gatewayInterface = version: gateway:
    let
      having = filter (i: i."ipv${version}".addresses != [ ]) interfaces;
      near = if version == "4" then filter (i: lib.any (network: contains network gateway.address) i.ipv4.addresses) having else having;
    in
    if gateway.interface != null then gateway.interface
    else if near != [ ] then (head near).name
    else if interfaces != [ ] then (head interfaces).name
    else null;

  gateways = filter ({ gateway, ... }: gateway != null && gateway.address != "") [
    { version = "4"; gateway = cfg.defaultGateway; }
    { version = "6"; gateway = cfg.defaultGateway6; }
  ];
  isNear = name: gateway: lib.any (network: contains network gateway.address) (cfg.interfaces.${name}.ipv4.addresses or [ ]);
  gatewayRoutes = name: map
    ({ version, gateway }:
      { Gateway = gateway.address; }
      # The kernel takes no gateway that it would need another for, if it is not told that this one is near.
      // optionalAttrs (version == "4" && !isNear name gateway) { GatewayOnLink = true; }
      // optionalAttrs (gateway.metric != null) { Metric = gateway.metric; })
    (filter ({ version, gateway }: gatewayInterface version gateway == name) gateways);

  # ip's words for a route's options, as networkd has them; those with a section of their own are the user's to write there.
  routeWords = {
    mtu = "MTUBytes"; initcwnd = "InitialCongestionWindow"; initrwnd = "InitialAdvertisedReceiveWindow"; metric = "Metric";
    src = "PreferredSource"; table = "Table"; scope = "Scope"; protocol = "Protocol"; advmss = "TCPAdvertisedMaximumSegmentSize";
  };
  toRoute = interface: route:
    let unknown = filter (word: !routeWords ? ${word}) (attrNames route.options); in
    if unknown != [ ]
    then throw "networking.interfaces.${interface.name}: systemd-networkd has no word for the option `${head unknown}' of a route. Write systemd.network.networks.\"40-${interface.name}\".routes."
    else
      { Destination = "${route.address}/${toString route.prefixLength}"; }
      // optionalAttrs (route.via != null) { Gateway = route.via; }
      // optionalAttrs (route.type != null) { Type = route.type; }
      // lib.mapAttrs' (word: nameValuePair routeWords.${word}) route.options;

  # The link-local addresses that IPv6 cannot do without are there in any case.
  privacy = tempAddress: { default = "kernel"; disabled = false; enabled = true; }.${tempAddress};

  ofInterface = interface: mkMerge [
    (lib.mkIf interface.virtual {
      netdevs."40-${interface.name}" = {
        netdevConfig = { Name = interface.name; Kind = interface.virtualType; };
        "${interface.virtualType}Config" = optionalAttrs (interface.virtualOwner != null) { User = interface.virtualOwner; };
      };
    })
    {
      networks."40-${interface.name}" = {
        name = mkDefault interface.name;
        DHCP = mkDefault (if usesDHCP interface then "yes" else "no");
        domains = mkIf (domains != [ ]) (mkDefault domains);
        address = forEach (interface.ipv4.addresses ++ lib.optionals cfg.enableIPv6 interface.ipv6.addresses)
          (ip: "${ip.address}/${toString ip.prefixLength}");
        routes = map (toRoute interface) (interface.ipv4.routes ++ lib.optionals cfg.enableIPv6 interface.ipv6.routes)
          ++ gatewayRoutes interface.name;
        networkConfig = { IPv6PrivacyExtensions = privacy interface.tempAddress; }
          // optionalAttrs interface.proxyARP { IPv4ProxyARP = true; };
        linkConfig = optionalAttrs (interface.macAddress != null) { MACAddress = interface.macAddress; }
          // optionalAttrs (interface.mtu != null) { MTUBytes = toString interface.mtu; };
      };
    }
    (mkIf interface.wakeOnLan.enable {
      links."40-${interface.name}" = {
        matchConfig.OriginalName = interface.name;
        linkConfig = { NamePolicy = "keep kernel database onboard slot path"; WakeOnLan = "magic"; };
      };
    })
  ];

  # An interface that belongs to another has no address of its own.
  belongsTo = key: owner: names: listToAttrs (forEach names (name: nameValuePair "40-${name}" {
    name = mkDefault name;
    DHCP = mkOverride 0 "no";
    networkConfig.${key} = owner;
  }));
  # And one that others are on knows of them.
  carries = key: name: { interface, ... }: { networks."40-${interface}" = { name = mkDefault interface; ${key} = [ name ]; }; };

  bondWords = {
    mode = "Mode"; xmit_hash_policy = "TransmitHashPolicy"; lacp_rate = "LACPTransmitRate"; miimon = "MIIMonitorSec";
    updelay = "UpDelaySec"; downdelay = "DownDelaySec"; lp_interval = "LearnPacketIntervalSec"; ad_select = "AdSelect";
    fail_over_mac = "FailOverMACPolicy"; arp_validate = "ARPValidate"; arp_interval = "ARPIntervalSec";
    arp_ip_target = "ARPIPTargets"; arp_all_targets = "ARPAllTargets"; primary_reselect = "PrimaryReselectPolicy";
    resend_igmp = "ResendIGMP"; packets_per_slave = "PacketsPerSlave"; num_grat_arp = "GratuitousARP";
    num_unsol_na = "GratuitousARP"; all_slaves_active = "AllSlavesActive"; min_links = "MinLinks";
  };
  inMilliseconds = [ "miimon" "updelay" "downdelay" ];
  bondConfig = name: options: lib.mapAttrs'
    (word: value:
      if bondWords ? ${word} then nameValuePair bondWords.${word} (if elem word inMilliseconds then "${value}ms" else value)
      else throw "networking.bonds.${name}: systemd-networkd has no word for the driver's option `${word}'.")
    (removeAttrs options [ "primary" ]);

  netdev = name: kind: more: { "40-${name}" = { netdevConfig = { Name = name; Kind = kind; }; } // more; };
in
{
  config = mkMerge [
    {
      assertions = map
        ({ version, gateway }: {
          assertion = gatewayInterface version gateway != null;
          message = "networking.defaultGateway${lib.optionalString (version == "6") "6"} has no interface, and networking.interfaces none that it could be reached over.";
        })
        gateways;
    }

    (mkIf (cfg.useDHCP || cfg.useNetworkd || interfaces != [ ] || cfg.bridges != { } || cfg.bonds != { } || cfg.vlans != { } || cfg.macvlans != { }) {
      systemd.network.enable = mkDefault true;
    })

    (mkIf cfg.useDHCP {
      # Behind everything that is said of single interfaces. A bridge, a tunnel and the like are made by somebody who knows why.
      systemd.network.networks."99-ethernet-default-dhcp" = {
        matchConfig = { Type = "ether"; Kind = "!*"; };
        DHCP = "yes";
        networkConfig.IPv6PrivacyExtensions = privacy cfg.tempAddresses;
      };
      systemd.network.networks."99-wireless-client-dhcp" = {
        matchConfig.WLANInterfaceType = "station";
        DHCP = "yes";
        networkConfig.IPv6PrivacyExtensions = privacy cfg.tempAddresses;
        # A cable is preferred.
        dhcpV4Config.RouteMetric = 1025;
        ipv6AcceptRAConfig.RouteMetric = 1025;
      };
    })

    {
      systemd.network = mkMerge (
        map ofInterface interfaces
        ++ map (name: mkIf (!cfg.interfaces ? ${name}) { networks."40-${name}" = { inherit name; routes = gatewayRoutes name; }; })
          (lib.unique (filter (name: name != null) (map ({ version, gateway }: gatewayInterface version gateway) gateways)))
        ++ mapAttrsToList
          (name: bridge: {
            netdevs = netdev name "bridge" (optionalAttrs bridge.rstp { bridgeConfig.STP = true; });
            networks = belongsTo "Bridge" name bridge.interfaces;
          })
          cfg.bridges
        ++ mapAttrsToList
          (name: bond: {
            netdevs = netdev name "bond" { bondConfig = bondConfig name bond.driverOptions; };
            networks = belongsTo "Bond" name bond.interfaces;
          })
          cfg.bonds
        ++ mapAttrsToList
          (name: vlan: mkMerge [ { netdevs = netdev name "vlan" { vlanConfig.Id = vlan.id; }; } (carries "vlan" name vlan) ])
          cfg.vlans
        ++ mapAttrsToList
          (name: macvlan: mkMerge [
            { netdevs = netdev name "macvlan" { macvlanConfig = optionalAttrs (macvlan.mode != null) { Mode = macvlan.mode; }; }; }
            (carries "macvlan" name macvlan)
          ])
          cfg.macvlans
      );
    }
  ];
}
