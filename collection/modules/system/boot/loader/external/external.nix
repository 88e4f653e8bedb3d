# A boot loader of the user's own.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.boot.loader.external;
in
{
  options.boot.loader.external = {
    enable = mkOption { type = types.bool; default = false; description = "Whether something else boots the machine."; };
    installHook = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = "A program that makes the system it is given the one that the machine starts. With `null` nothing does.";
    };
  };

  config.system.build.installBootLoader = lib.mkIf (cfg.enable && cfg.installHook != null) cfg.installHook;
}
