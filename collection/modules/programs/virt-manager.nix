# virt-manager: virtual machines in a window, for those who may use libvirt.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.virt-manager;
in
{
  options.programs.virt-manager = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether it is there."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.virt-manager; defaultText = lib.literalExpression "pkgs.virt-manager"; description = "The package."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    programs.dconf.enable = true;
  };
}
