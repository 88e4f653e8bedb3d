# A machine among others in a test: it has an address on each of its networks, and knows the others by their names.
{ config, lib, nodes, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.virtualisation;
  addressOn = vlan: "192.168.${toString vlan}.${toString cfg.test.nodeNumber}";

  hostsLine = node:
    let
      inherit (node.networking) domain hostName primaryIPAddress;
      full = lib.optionalString (domain != null) "${hostName}.${domain} ";
    in
    lib.optionalString (primaryIPAddress != "") "${primaryIPAddress} ${full}${hostName}\n";
in
{
  options.networking.primaryIPAddress = mkOption {
    internal = true;
    type = types.str;
    default = "";
    description = "The address by which the other machines call this one.";
  };

  config = {
    virtualisation.vlans = lib.mkDefault [ 1 ];
    networking = {
      hostName = lib.mkOverride 900 cfg.test.nodeName;
      interfaces = lib.listToAttrs (lib.imap1
        (index: vlan: lib.nameValuePair "eth${toString index}" {
          ipv4.addresses = [ { address = addressOn vlan; prefixLength = 24; } ];
        })
        cfg.vlans);
      primaryIPAddress = lib.optionalString (cfg.vlans != [ ]) (addressOn (builtins.head cfg.vlans));
      extraHosts = lib.concatMapStrings hostsLine (builtins.attrValues nodes);
    };
  };
}
