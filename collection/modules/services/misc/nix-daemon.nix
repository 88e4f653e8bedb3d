# The package manager in the machine: its programs, and the accounts that builds run as. Every program works on the store by
# itself; a daemon that others than root could ask to build there is not.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.nix;
in
{
  options.nix = {
    enable = mkOption { type = types.bool; default = true; description = "Whether the machine has a package manager, to build and switch to other systems."; };
    package = mkOption {
      type = types.package;
      default = pkgs.firn;
      defaultText = lib.literalExpression "pkgs.firn";
      description = "The package manager.";
    };
    nrBuildUsers = mkOption { type = types.ints.unsigned; default = 32; description = "How many builds can run at once: each has a user of its own."; };
    nixPath = mkOption {
      type = types.listOf types.str;
      default = [ "nixpkgs=${cfg.package}/collection" "nixos-config=/etc/nixos/configuration.nix" ];
      defaultText = lib.literalExpression ''[ "nixpkgs=''${config.nix.package}/collection" "nixos-config=/etc/nixos/configuration.nix" ]'';
      description = "Where names in angle brackets are looked for, as `<nixpkgs>`.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    nix.settings.nix-path = cfg.nixPath;

    users.users = lib.listToAttrs (lib.genList
      (index: lib.nameValuePair "nixbld${toString (index + 1)}" {
        uid = config.ids.uids.nixbld + index + 1;
        isSystemUser = true;
        group = "nixbld";
        extraGroups = [ "nixbld" ];
        description = "Nix build user ${toString (index + 1)}";
      })
      cfg.nrBuildUsers);
  };
}
