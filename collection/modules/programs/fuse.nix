# File systems that programs make.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.fuse;
in
{
  options.programs.fuse = {
    enable = mkOption { type = types.bool; default = cfg.userAllowOther; defaultText = lib.literalExpression "userAllowOther"; description = "Whether users may mount file systems that their programs make."; };
    mountMax = mkOption { type = types.ints.between 0 32767; default = 1000; description = "How many of them there may be."; };
    userAllowOther = mkOption { type = types.bool; default = false; description = "Whether they may let others see them."; };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ pkgs.fuse3 ];
    security.wrappers.fusermount3 = { setuid = true; owner = "root"; group = "root"; source = "${pkgs.fuse3}/bin/fusermount3"; };
    environment.etc."fuse.conf".text = "${lib.optionalString (!cfg.userAllowOther) "#"}user_allow_other\nmount_max = ${toString cfg.mountMax}\n";
  };
}
