# The program mosh: shells that outlive the connection.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.mosh;
in
{
  options.programs.mosh = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether mosh is there."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.mosh; defaultText = lib.literalExpression "pkgs.mosh"; description = "The package."; };
    openFirewall = lib.mkOption { type = lib.types.bool; default = true; description = "Whether its ports are open."; };
    withUtempter = lib.mkOption { type = lib.types.bool; default = true; description = "Whether its sessions are among those that {command}`who` lists."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    networking.firewall.allowedUDPPortRanges = lib.mkIf cfg.openFirewall [ { from = 60000; to = 61000; } ];
  };
}
