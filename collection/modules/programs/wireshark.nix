# The program wireshark: what goes over the network, for a group of users.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.wireshark;
in
{
  options.programs.wireshark = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether users of the group `wireshark` may see what goes over the network."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.tshark; defaultText = lib.literalExpression "pkgs.tshark"; description = "The package."; };
    dumpcap.enable = lib.mkOption { type = lib.types.bool; default = true; description = "Whether they may take it down themselves."; };
    usbmon.enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether they may see what goes over USB too."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    users.groups.wireshark = { };
    security.wrappers.dumpcap = lib.mkIf cfg.dumpcap.enable {
      source = "${pkgs.wireshark-common}/bin/dumpcap";
      capabilities = "cap_net_raw,cap_net_admin+eip";
      owner = "root";
      group = "wireshark";
      permissions = "u+rx,g+x";
    };
    services.udev.extraRules = lib.mkIf cfg.usbmon.enable ''
      SUBSYSTEM=="usbmon", MODE="0640", GROUP="wireshark"
    '';
  };
}
