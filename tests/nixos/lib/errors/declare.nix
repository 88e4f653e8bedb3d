{ lib, ... }:
{
  options = {
    port = lib.mkOption { type = lib.types.port; };
    enable = lib.mkEnableOption "it";
    users = lib.mkOption {
      type = lib.types.attrsOf (lib.types.submodule {
        options.shell = lib.mkOption { type = lib.types.str; };
      });
      default = { };
    };
  };
}
