# The program mtr: the way of packets, for every user.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.mtr;
in
{
  options.programs.mtr = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether every user may follow the way of packets."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.mtr-tiny; defaultText = lib.literalExpression "pkgs.mtr-tiny"; description = "The package."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    security.wrappers.mtr-packet = { owner = "root"; group = "root"; capabilities = "cap_net_raw+p"; source = "${cfg.package}/bin/mtr-packet"; };
  };
}
