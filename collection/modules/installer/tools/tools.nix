# The programs that speak of the system itself. nixos-version knows what it was built with; those that change the system are
# Firn's.
{ config, lib, pkgs, ... }:

let
  inherit (config.system.nixos) version codeName revision;
  inherit (config.system) configurationRevision;
  known = lib.filterAttrs (_: value: value != null) {
    nixosVersion = version;
    nixpkgsRevision = revision;
    inherit configurationRevision;
  };
  orFail = value: what:
    if value != null then "echo ${lib.escapeShellArg value}" else ''
      echo "$0: ${what} is unknown" >&2
      exit 1'';

  nixos-version = pkgs.writeShellScriptBin "nixos-version" ''
    case "''${1-}" in
      -h | --help)
        echo "usage: nixos-version [--json | --hash | --revision | --configuration-revision]"
        ;;
      --hash | --revision)
        ${orFail revision "Nixpkgs commit hash"}
        ;;
      --configuration-revision)
        ${orFail configurationRevision "configuration revision"}
        ;;
      --json)
        echo ${lib.escapeShellArg (builtins.toJSON known)}
        ;;
      *)
        echo ${lib.escapeShellArg "${version} (${codeName})"}
        ;;
    esac
  '';
in
{
  options.system.tools.nixos-version.enable = lib.mkOption {
    type = lib.types.bool;
    default = true;
    description = "Whether there is the program {command}`nixos-version`.";
  };

  config.environment.systemPackages = lib.mkIf config.system.tools.nixos-version.enable [ nixos-version ];
}
