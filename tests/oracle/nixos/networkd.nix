# A router of networkd, WireGuard and nftables.
{ ... }:
{
  boot.loader.grub.device = "/dev/sda";
  fileSystems."/" = { device = "tank/root"; fsType = "zfs"; };
  networking = {
    hostId = "8425e349";
    useNetworkd = true;
    useDHCP = false;
    interfaces.eth0.ipv4.addresses = [ { address = "192.0.2.2"; prefixLength = 24; } ];
    defaultGateway = "192.0.2.1";
    nftables = { enable = true; ruleset = "table inet filter { }"; };
    firewall.enable = false;
    wireguard.interfaces.wg0 = {
      ips = [ "10.1.0.1/24" ];
      privateKeyFile = "/etc/wg.key";
      peers = [ { publicKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="; allowedIPs = [ "10.1.0.2/32" ]; } ];
    };
  };
  systemd.network.networks."20-lan" = {
    matchConfig.Name = "eth1";
    address = [ "10.0.0.1/24" ];
    networkConfig.DHCPServer = true;
  };
  services.unbound.enable = true;
}
