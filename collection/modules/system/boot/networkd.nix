# systemd-networkd: its files for links, for network devices that it makes, and for networks, and the program itself.
{ config, lib, pkgs, utils, ... }:

let
  inherit (builtins) attrNames isList;
  inherit (lib) mkOption types;
  cfg = config.systemd.network;
  unitOption = (import ./systemd/unit-options.nix { inherit lib utils; makeJobScript = null; }).unitOption;

  showValue = value: if value == true then "true" else if value == false then "false" else toString value;
  lines = attrs: lib.concatStrings (lib.concatLists (lib.mapAttrsToList
    (key: value: map (one: "${key}=${showValue one}\n") (if isList value then value else [ value ]))
    attrs));
  section = name: attrs: lib.optional (attrs != { }) "[${name}]\n${lines attrs}";

  # The sections that a file of each kind may have once, and those that it may have several times: the option, then the section.
  single = {
    link = { matchConfig = "Match"; linkConfig = "Link"; };
    netdev = {
      matchConfig = "Match"; netdevConfig = "NetDev"; bridgeConfig = "Bridge"; vlanConfig = "VLAN"; ipvlanConfig = "IPVLAN";
      macvlanConfig = "MACVLAN"; vxlanConfig = "VXLAN"; tunnelConfig = "Tunnel"; fooOverUDPConfig = "FooOverUDP";
      peerConfig = "Peer"; tunConfig = "Tun"; tapConfig = "Tap"; l2tpConfig = "L2TP"; wireguardConfig = "WireGuard";
      bondConfig = "Bond"; xfrmConfig = "Xfrm"; vrfConfig = "VRF"; wlanConfig = "WLAN"; batmanAdvancedConfig = "BatmanAdvanced";
    };
    network = {
      matchConfig = "Match"; linkConfig = "Link"; networkConfig = "Network"; dhcpV4Config = "DHCPv4"; dhcpV6Config = "DHCPv6";
      dhcpPrefixDelegationConfig = "DHCPPrefixDelegation"; ipv6AcceptRAConfig = "IPv6AcceptRA"; dhcpServerConfig = "DHCPServer";
      ipv6SendRAConfig = "IPv6SendRA"; bridgeConfig = "Bridge"; lldpConfig = "LLDP"; canConfig = "CAN"; ipoIBConfig = "IPoIB";
    };
  };
  # With the name that an entry had around it before the keys came to stand in the entry itself.
  several = {
    link = { };
    netdev = {
      wireguardPeers = { section = "WireGuardPeer"; wrapper = "wireguardPeerConfig"; };
      l2tpSessions = { section = "L2TPSession"; wrapper = "l2tpSessionConfig"; };
    };
    network = {
      addresses = { section = "Address"; wrapper = "addressConfig"; };
      routes = { section = "Route"; wrapper = "routeConfig"; };
      routingPolicyRules = { section = "RoutingPolicyRule"; wrapper = "routingPolicyRuleConfig"; };
      nextHops = { section = "NextHop"; wrapper = "nextHopConfig"; };
      ipv6Prefixes = { section = "IPv6Prefix"; wrapper = "ipv6PrefixConfig"; };
      ipv6RoutePrefixes = { section = "IPv6RoutePrefix"; wrapper = "ipv6RoutePrefixConfig"; };
      dhcpServerStaticLeases = { section = "DHCPServerStaticLease"; wrapper = "dhcpServerStaticLeaseConfig"; };
      bridgeFDBs = { section = "BridgeFDB"; wrapper = "bridgeFDBConfig"; };
      bridgeMDBs = { section = "BridgeMDB"; wrapper = "bridgeMDBConfig"; };
      bridgeVLANs = { section = "BridgeVLAN"; wrapper = "bridgeVLANConfig"; };
    };
  };
  # Options of their own for keys of the section `[Network]` that may come several times.
  networkKeys = {
    address = "Address"; gateway = "Gateway"; dns = "DNS"; ntp = "NTP"; bridge = "Bridge"; bond = "Bond"; vrf = "VRF"; vlan = "VLAN";
    ipvlan = "IPVLAN"; macvlan = "MACVLAN"; macvtap = "MACVTAP"; vxlan = "VXLAN"; tunnel = "Tunnel"; xfrm = "Xfrm";
    batmanAdvanced = "BatmanAdvanced";
  };

  keys = types.attrsOf unitOption;
  entry = wrapper: types.coercedTo
    (types.addCheck types.attrs (entry: attrNames entry == [ wrapper ] && builtins.isAttrs entry.${wrapper}))
    (entry: entry.${wrapper})
    keys;

  optionsOf = kind: builtins.mapAttrs
    (_: name: mkOption { type = keys; default = { }; description = "Keys of the section `[${name}]`, as {manpage}`systemd.${kind}(5)` explains them."; })
    single.${kind}
  // builtins.mapAttrs
    (_: { section, wrapper }: mkOption {
      type = types.listOf (entry wrapper);
      default = [ ];
      description = "Sections `[${section}]`, each with its keys, as {manpage}`systemd.${kind}(5)` explains them.";
    })
    several.${kind}
  // {
    enable = mkOption { type = types.bool; default = true; description = "Whether the file counts. If not it is a link to {file}`/dev/null`."; };
    extraConfig = mkOption { type = types.lines; default = ""; description = "Lines at the end of the file."; };
  };

  networkOptions = optionsOf "network" // builtins.mapAttrs
    (_: key: mkOption { type = types.listOf types.str; default = [ ]; description = "Values of `${key}=` in the section `[Network]`."; })
    networkKeys // {
    name = mkOption { type = types.nullOr types.str; default = null; description = "The name of the interface that the file is for."; };
    DHCP = mkOption { type = types.nullOr types.str; default = null; example = "ipv4"; description = "Whether addresses come by DHCP: `yes`, `no`, `ipv4` or `ipv6`."; };
    domains = mkOption { type = types.nullOr (types.listOf types.str); default = null; description = "The domains in which names are looked for."; };
  };
  networkModule = { config, ... }: {
    options = networkOptions;
    config.matchConfig = lib.mkIf (config.name != null) { Name = config.name; };
    config.networkConfig = lib.optionalAttrs (config.DHCP != null) { inherit (config) DHCP; }
      // lib.optionalAttrs (config.domains != null) { Domains = toString config.domains; };
  };

  # `[Match]` comes first, then what the file is named after, then the others.
  textOf = kind: first: def:
    let
      repeated = lib.optionalString (kind == "network") (lib.concatStrings (lib.mapAttrsToList
        (option: key: lib.concatMapStrings (value: "${key}=${value}\n") def.${option})
        networkKeys));
      main = let body = lines def.${first} + repeated; in lib.optional (body != "") "[${single.${kind}.${first}}]\n${body}";
      others = lib.concatMap (option: section single.${kind}.${option} def.${option})
        (lib.subtractLists [ "matchConfig" "linkConfig" first ] (attrNames single.${kind}));
      link = lib.optionals (kind == "network") (section "Link" def.linkConfig);
      lists = lib.concatLists (lib.mapAttrsToList (option: { section, ... }: map (entry: "[${section}]\n${lines entry}") def.${option}) several.${kind});
    in
    lib.concatStringsSep "\n" (section "Match" def.matchConfig ++ link ++ main ++ others ++ lists ++ lib.optional (def.extraConfig != "") def.extraConfig);

  files = kind: first: lib.mapAttrs' (name: def: lib.nameValuePair "systemd/network/${name}.${kind}"
    (if def.enable then { text = textOf kind first def; } else { source = "/dev/null"; }));

  links = files "link" "linkConfig" cfg.links;
  networkFiles = files "netdev" "netdevConfig" cfg.netdevs // files "network" "networkConfig" cfg.networks;
  settings = lib.concatStringsSep "\n" (
    section "Network" cfg.config.networkConfig ++ section "DHCPv4" cfg.config.dhcpV4Config ++ section "DHCPv6" cfg.config.dhcpV6Config
  );
  settingsOf = name: mkOption { type = keys; default = { }; description = "Keys of the section `[${name}]` of {manpage}`networkd.conf(5)`."; };

  online = cfg.wait-online;
  onlineArguments = lib.concatMapStrings (name: " --ignore=${name}") online.ignoredInterfaces
    + lib.optionalString online.anyInterface " --any"
    + lib.optionalString (online.timeout != null) " --timeout=${toString online.timeout}"
    + lib.concatMapStrings (argument: " ${argument}") online.extraArgs;
in
{
  options.systemd.network = {
    enable = mkOption { type = types.bool; default = false; description = "Whether systemd-networkd has the interfaces."; };
    links = mkOption { type = types.attrsOf (types.submodule { options = optionsOf "link"; }); default = { }; description = "What udev does with interfaces when they appear; this is so without systemd-networkd too."; };
    netdevs = mkOption { type = types.attrsOf (types.submodule { options = optionsOf "netdev"; }); default = { }; description = "The network devices that are made."; };
    networks = mkOption { type = types.attrsOf (types.submodule networkModule); default = { }; description = "The networks, each with the interfaces that are on it."; };
    config = {
      networkConfig = settingsOf "Network";
      dhcpV4Config = settingsOf "DHCPv4";
      dhcpV6Config = settingsOf "DHCPv6";
    };
    wait-online = {
      enable = mkOption { type = types.bool; default = true; description = "Whether `network-online.target` waits for the interfaces."; };
      anyInterface = mkOption { type = types.bool; default = false; description = "Whether it waits for one of them, and not for all."; };
      timeout = mkOption { type = types.nullOr types.ints.unsigned; default = 120; description = "How long it waits, in seconds; 0 for ever."; };
      ignoredInterfaces = mkOption { type = types.listOf types.str; default = [ ]; example = [ "wg0" ]; description = "The interfaces that it does not wait for."; };
      extraArgs = mkOption { type = types.listOf types.str; default = [ ]; example = [ "--ipv4" ]; description = "Further arguments of {command}`systemd-networkd-wait-online`."; };
    };
  };

  config = lib.mkMerge [
    {
      environment.etc = links // { "systemd/network/99-default.link".source = lib.mkDefault "${pkgs.udev}/lib/systemd/network/99-default.link"; };
    }
    (lib.mkIf cfg.enable {
      users.users.systemd-network = { uid = config.ids.uids.systemd-network; group = "systemd-network"; description = "systemd Network Management"; };
      users.groups.systemd-network.gid = config.ids.gids.systemd-network;

      environment.etc = networkFiles // lib.optionalAttrs (settings != "") { "systemd/networkd.conf".text = settings; };

      systemd.additionalUpstreamSystemUnits = [ "systemd-networkd.service" "systemd-networkd.socket" "systemd-networkd-wait-online.service" ];
      systemd.sockets.systemd-networkd.wantedBy = [ "sockets.target" ];
      systemd.services.systemd-networkd = {
        wantedBy = [ "multi-user.target" ];
        aliases = [ "dbus-org.freedesktop.network1.service" ];
        # A device that is to be another is made anew by a restart; a network is changed by a reload.
        restartTriggers = lib.optional (settings != "") settings;
        reloadTriggers = map (file: "${config.environment.etc.${file}.source}") (attrNames networkFiles);
        stopIfChanged = false;
        serviceConfig.ExecReload = [ "" "${config.systemd.package}/bin/networkctl reload" ];
      };
      systemd.services.systemd-networkd-wait-online = {
        inherit (online) enable;
        wantedBy = [ "network-online.target" ];
        serviceConfig.ExecStart = [ "" "${config.systemd.package}/lib/systemd/systemd-networkd-wait-online${onlineArguments}" ];
      };
    })
  ];
}
