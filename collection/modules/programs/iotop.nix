# The program iotop: who reads and writes the disks, for every user.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.iotop;
in
{
  options.programs.iotop = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether every user may see who reads and writes the disks."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.iotop; defaultText = lib.literalExpression "pkgs.iotop"; description = "The package."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    security.wrappers.iotop = { owner = "root"; group = "root"; capabilities = "cap_net_admin+p"; source = "${cfg.package}/bin/iotop"; };
  };
}
