# The program htop: what runs, and its settings for everybody.
{ config, lib, pkgs, ... }:

let
  cfg = config.programs.htop;
in
{
  options.programs.htop = {
    enable = lib.mkOption { type = lib.types.bool; default = false; description = "Whether htop is there."; };
    package = lib.mkOption { type = lib.types.package; default = pkgs.htop; defaultText = lib.literalExpression "pkgs.htop"; description = "The package."; };
    settings = lib.mkOption {
      type = lib.types.attrsOf (lib.types.oneOf [ lib.types.str lib.types.int lib.types.bool (lib.types.listOf (lib.types.either lib.types.str lib.types.int)) ]);
      default = { };
      example = { hide_kernel_threads = true; };
      description = "Settings, as {file}`htoprc` has them.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    environment.etc.htoprc.text =
      let
        show = value:
          if builtins.isList value then lib.concatMapStringsSep " " show value
          else if builtins.isBool value then (if value then "1" else "0")
          else toString value;
      in
      # What the settings mean where these do not say it.
      "fields=0 48 17 18 38 39 40 2 46 47 49 1\n"
      + lib.concatStrings (lib.mapAttrsToList (name: value: "${name}=${show value}\n") cfg.settings);
  };
}
