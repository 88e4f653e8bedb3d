# nix.conf: what the package manager's programs are set to.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.nix;

  atom = types.nullOr (types.oneOf [ types.bool types.int types.float types.str types.path types.package ]);
  show = value:
    if value == null then ""
    else if builtins.isBool value then lib.boolToString value
    else if builtins.isList value then lib.concatMapStringsSep " " show value
    else toString value;
in
{
  options.nix = {
    settings = mkOption {
      type = types.submodule { freeformType = types.attrsOf (types.either atom (types.listOf atom)); };
      default = { };
      example = { max-jobs = 4; substituters = [ "https://cache.example.org" ]; };
      description = "The settings of {manpage}`nix.conf(5)`, by name.";
    };
    extraOptions = mkOption {
      type = types.lines;
      default = "";
      example = "keep-outputs = true";
      description = "Lines at the end of {file}`nix.conf`.";
    };
  };

  config = lib.mkIf cfg.enable {
    nix.settings = {
      build-users-group = lib.mkDefault (if cfg.nrBuildUsers == 0 then "" else "nixbld");
      # Packages come from the archive that the lock names.
      substituters = lib.mkDefault [ ];
      sandbox = lib.mkDefault true;
    };
    environment.etc."nix/nix.conf".text = "# Made from the system's configuration: `nix.settings`.\n"
      + lib.concatStrings (lib.mapAttrsToList (name: value: "${name} = ${show value}\n") cfg.settings)
      + cfg.extraOptions;
  };
}
