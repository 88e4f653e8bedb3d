# The program traceroute, for every user.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.traceroute;
in
{
  options.programs.traceroute = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether every user may follow the way of packets."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.traceroute; defaultText = lib.literalExpression "pkgs.traceroute"; description = "The package."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    security.wrappers.traceroute = { owner = "root"; group = "root"; capabilities = "cap_net_raw+p"; source = "${cfg.package}/bin/traceroute.db"; };
  };
}
