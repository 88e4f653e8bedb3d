# The machine's interfaces, its addresses and routes, and whom it asks for names. systemd-networkd brings them about
# (network-interfaces-systemd.nix), with `networking.useNetworkd` and without.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.networking;

  address = version: types.submodule {
    options.address = mkOption { type = types.str; description = "The IPv${version} address."; };
    options.prefixLength = mkOption {
      type = types.ints.between 0 (if version == "4" then 32 else 128);
      description = "How many bits of the address are the network's.";
    };
  };
  route = version: types.submodule {
    options = {
      address = mkOption { type = types.str; description = "The address of the network that is reached."; };
      prefixLength = mkOption {
        type = types.ints.between 0 (if version == "4" then 32 else 128);
        description = "How many bits of the address are the network's.";
      };
      type = mkOption {
        type = types.nullOr (types.enum [ "unicast" "local" "broadcast" "multicast" ]);
        default = null;
        description = "The type of the route.";
      };
      via = mkOption { type = types.nullOr types.str; default = null; description = "The machine that it leads over."; };
      options = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = { mtu = "1492"; window = "524288"; };
        description = "Further words of the route, as {manpage}`ip-route(8)` has them.";
      };
    };
  };
  family = version: {
    addresses = mkOption {
      type = types.listOf (address version);
      default = [ ];
      description = "The IPv${version} addresses that the interface has in any case.";
    };
    routes = mkOption {
      type = types.listOf (route version);
      default = [ ];
      description = "The IPv${version} routes over the interface.";
    };
  };

  interface = { name, config, ... }: {
    options = {
      name = mkOption { type = types.str; default = name; example = "eth0"; description = "The name of the interface."; };
      ipv4 = family "4";
      ipv6 = family "6";
      useDHCP = mkOption {
        type = types.nullOr types.bool;
        default = null;
        description = "Whether it gets addresses by DHCP; `null` if it does when it has no IPv4 address and {option}`networking.useDHCP` holds.";
      };
      tempAddress = mkOption {
        type = types.enum [ "default" "disabled" "enabled" ];
        default = cfg.tempAddresses;
        defaultText = lib.literalExpression "networking.tempAddresses";
        description = "Whether it has IPv6 addresses that change, and prefers them.";
      };
      macAddress = mkOption { type = types.nullOr types.str; default = null; example = "00:11:22:33:44:55"; description = "The hardware address that it is given."; };
      mtu = mkOption { type = types.nullOr types.int; default = null; example = 9000; description = "The size of the largest packet, in bytes."; };
      proxyARP = mkOption { type = types.bool; default = false; description = "Whether it answers for addresses of other networks."; };
      wakeOnLan.enable = mkOption { type = types.bool; default = false; description = "Whether the machine is woken by a magic packet."; };
      virtual = mkOption { type = types.bool; default = false; description = "Whether it is a tunnel to a program, and made."; };
      virtualOwner = mkOption { type = types.nullOr types.str; default = "root"; description = "The user whose programs may open the tunnel."; };
      virtualType = mkOption {
        type = types.enum [ "tun" "tap" ];
        default = if lib.hasPrefix "tun" name then "tun" else "tap";
        defaultText = lib.literalExpression ''if hasPrefix "tun" name then "tun" else "tap"'';
        description = "The kind of the tunnel: of packets or of frames.";
      };
    };
  };

  gateway = types.submodule {
    options = {
      address = mkOption { type = types.str; description = "The address of the gateway."; };
      interface = mkOption { type = types.nullOr types.str; default = null; example = "enp0s3"; description = "The interface over which it is reached; `null` if the addresses tell."; };
      metric = mkOption { type = types.nullOr types.int; default = null; example = 42; description = "How dear the route is."; };
    };
  };
  gatewayOption = version: example: mkOption {
    type = types.nullOr (types.coercedTo types.str (address: { inherit address; }) gateway);
    default = null;
    inherit example;
    description = "Where IPv${version} packets go that no other route is for.";
  };

  members = what: mkOption { type = types.listOf types.str; example = [ "eth0" "eth1" ]; description = "The interfaces that are ${what}."; };
  parent = mkOption { type = types.str; example = "eth0"; description = "The interface that it is on."; };
  made = what: options: mkOption {
    type = types.attrsOf (types.submodule { inherit options; });
    default = { };
    description = "${what}, by name.";
  };
in
{
  options.networking = {
    interfaces = mkOption {
      type = types.attrsOf (types.submodule interface);
      default = { };
      example = { eth0.ipv4.addresses = [ { address = "131.211.84.78"; prefixLength = 25; } ]; };
      description = "What is said of single interfaces.";
    };
    useDHCP = mkOption {
      type = types.bool;
      default = true;
      description = "Whether the interfaces that nothing is said of get addresses by DHCP.";
    };
    useNetworkd = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether systemd-networkd has the interfaces. It has them in any case; this says it, for what other modules decide by it.
      '';
    };
    usePredictableInterfaceNames = mkOption {
      type = types.bool;
      default = true;
      description = "Whether interfaces are named after the place of their hardware, and not numbered as they are found.";
    };
    defaultGateway = gatewayOption "4" { address = "131.211.84.1"; interface = "enp3s0"; };
    defaultGateway6 = gatewayOption "6" { address = "2001:4d0:1e04:895::1"; interface = "enp3s0"; };
    nameservers = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "130.161.158.4" "130.161.33.17" ];
      description = "The servers that are asked for names.";
    };
    search = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "example.com" "home.arpa" ];
      description = "The domains in which a name without one is looked for.";
    };
    tempAddresses = mkOption {
      type = types.enum [ "default" "disabled" "enabled" ];
      default = if cfg.enableIPv6 then "default" else "disabled";
      defaultText = lib.literalExpression ''if config.networking.enableIPv6 then "default" else "disabled"'';
      description = "Whether interfaces have IPv6 addresses that change, and prefer them.";
    };
    bridges = made "Bridges" {
      interfaces = members "joined";
      rstp = mkOption { type = types.bool; default = false; description = "Whether loops are found by the spanning tree protocol."; };
    };
    bonds = made "Bonds" {
      interfaces = members "used as one";
      driverOptions = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = { mode = "active-backup"; miimon = "100"; };
        description = "Options of the kernel's bonding driver.";
      };
    };
    vlans = made "Virtual networks" {
      id = mkOption { type = types.ints.between 0 4094; example = 1; description = "The network's number."; };
      interface = parent;
    };
    macvlans = made "Interfaces with a hardware address of their own" {
      interface = parent;
      mode = mkOption { type = types.nullOr types.str; default = null; example = "vepa"; description = "How it and its like on the same interface reach each other."; };
    };
  };

  config = {
    boot.kernelParams = lib.optional (!cfg.usePredictableInterfaceNames) "net.ifnames=0";
    boot.kernel.sysctl = {
      "net.ipv6.conf.all.disable_ipv6" = lib.mkDefault (!cfg.enableIPv6);
      "net.ipv6.conf.default.disable_ipv6" = lib.mkDefault (!cfg.enableIPv6);
    } // lib.listToAttrs (map
      (interface: lib.nameValuePair "net.ipv4.conf.${lib.replaceStrings [ "." ] [ "/" ] interface.name}.proxy_arp" true)
      (builtins.filter (interface: interface.proxyARP) (builtins.attrValues cfg.interfaces)));

    assertions = map
      (interface: {
        # The kernel has room for 15 bytes.
        assertion = builtins.stringLength interface.name <= 15 && interface.name != "";
        message = "networking.interfaces has \"${interface.name}\": the name of an interface has 1 to 15 characters.";
      })
      (builtins.attrValues cfg.interfaces);
  };
}
