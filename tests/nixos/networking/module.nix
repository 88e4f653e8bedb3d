# Networks as a NixOS user writes them, for NixOS with networkd and for Firn.
{
  networking.hostName = "gate";
  networking.useNetworkd = true;
  networking.useDHCP = false;
  networking.search = [ "example.org" "home.arpa" ];
  networking.defaultGateway = "192.0.2.1";
  networking.interfaces.eth0 = {
    ipv4.addresses = [ { address = "192.0.2.2"; prefixLength = 24; } { address = "192.0.2.3"; prefixLength = 32; } ];
    ipv6.addresses = [ { address = "2001:db8::2"; prefixLength = 64; } ];
    macAddress = "00:11:22:33:44:55";
    mtu = 9000;
  };
  networking.interfaces.eth1.useDHCP = true;
  networking.interfaces.tap0 = { virtual = true; virtualOwner = "anna"; };
  networking.bridges.br0.interfaces = [ "eth2" "eth3" ];
  networking.bonds.bond0 = { interfaces = [ "eth4" "eth5" ]; driverOptions = { mode = "802.3ad"; miimon = "100"; xmit_hash_policy = "layer3+4"; }; };
  networking.vlans.guests = { id = 7; interface = "eth1"; };
  networking.macvlans.mv0 = { interface = "eth1"; mode = "bridge"; };

  systemd.network.networks."10-lan" = {
    matchConfig.Name = "lan*";
    DHCP = "ipv4";
    domains = [ "~lan" ];
    address = [ "10.0.0.2/24" "10.0.0.3/24" ];
    gateway = [ "10.0.0.1" ];
    dns = [ "10.0.0.1" "10.0.0.4" ];
    ntp = [ "10.0.0.5" ];
    vlan = [ "v1" "v2" ];
    networkConfig = { LLDP = "yes"; EmitLLDP = "nearest-bridge"; };
    linkConfig = { RequiredForOnline = false; MTUBytes = "1400"; };
    dhcpV4Config = { UseDNS = false; RouteMetric = 10; };
    addresses = [ { addressConfig = { Address = "10.1.0.1/16"; Peer = "10.1.0.2/16"; }; } ];
    routes = [ { routeConfig = { Gateway = "10.0.0.9"; Destination = "10.9.0.0/16"; Metric = 5; }; } ];
    routingPolicyRules = [ { routingPolicyRuleConfig = { From = "10.0.0.0/24"; Table = 7; }; } ];
    extraConfig = "# the end\n";
  };
  systemd.network.networks."11-off" = { enable = false; name = "off0"; };
  systemd.network.netdevs."20-wg0" = {
    netdevConfig = { Name = "wg0"; Kind = "wireguard"; MTUBytes = "1300"; };
    wireguardConfig = { PrivateKeyFile = "/run/keys/wg"; ListenPort = 51820; };
    wireguardPeers = [
      { wireguardPeerConfig = { PublicKey = "a"; AllowedIPs = [ "10.2.0.0/16" "fd00::/8" ]; }; }
      { wireguardPeerConfig = { PublicKey = "b"; Endpoint = "192.0.2.9:51820"; }; }
    ];
  };
  systemd.network.links."30-name" = { matchConfig.MACAddress = "00:11:22:33:44:66"; linkConfig.Name = "lan0"; };
}
