# What the system is called and which version it is: in its name, in the boot menu, and by nixos-version.
{ config, lib, options, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.system.nixos;
  inherit (lib) trivial;
in
{
  imports = [
    (lib.mkRenamedOptionModule [ "system" "nixosVersion" ] [ "system" "nixos" "version" ])
    (lib.mkRenamedOptionModule [ "system" "nixosVersionSuffix" ] [ "system" "nixos" "versionSuffix" ])
    (lib.mkRenamedOptionModule [ "system" "nixosRevision" ] [ "system" "nixos" "revision" ])
    (lib.mkRenamedOptionModule [ "system" "nixosLabel" ] [ "system" "nixos" "label" ])
  ];

  options.system = {
    nixos = {
      version = mkOption { type = types.str; internal = true; description = "The whole version."; };
      release = mkOption {
        readOnly = true;
        type = types.str;
        default = trivial.release;
        description = "The release of NixOS whose options these are.";
      };
      versionSuffix = mkOption {
        internal = true;
        type = types.str;
        default = ".firn";
        description = "What the version has behind the release.";
      };
      revision = mkOption {
        internal = true;
        type = types.nullOr types.str;
        default = trivial.revisionWithDefault null;
        description = "The revision of the modules that the system was built from.";
      };
      codeName = mkOption { readOnly = true; type = types.str; default = trivial.codeName; description = "The release's name."; };
      distroId = mkOption { internal = true; type = types.str; default = "nixos"; description = "The id of the operating system."; };
      distroName = mkOption { internal = true; type = types.str; default = "NixOS"; description = "The name of the operating system."; };
      variant_id = mkOption {
        type = types.nullOr (types.strMatching "[a-z0-9._-]+");
        default = null;
        example = "installer";
        description = "Which kind of system it is, for {manpage}`os-release(5)`.";
      };
      label = mkOption {
        type = types.strMatching "[a-zA-Z0-9:_\\.-]*";
        description = ''
          What the system is called in the names of its store object and of its entry in the boot menu. By default the tags and
          the version, or with the variable `NIXOS_LABEL` in the environment that.
        '';
      };
      tags = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "with-xen" ];
        description = "Words that the label begins with.";
      };
    };

    stateVersion = mkOption {
      type = types.str;
      default = cfg.release;
      defaultText = lib.literalExpression "config.system.nixos.release";
      description = ''
        The release that the machine's data began with. Services whose data changed since then stay as they were in that release;
        it is set once, when the machine is installed, and stays.
      '';
    };
    configurationRevision = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "c1d73b3";
      description = "The revision of the configuration itself, as nixos-version tells it.";
    };
    defaultChannel = mkOption { internal = true; type = types.str; default = ""; description = "The channel of root's; there is none."; };
  };

  config = {
    system.nixos = {
      version = lib.mkDefault (cfg.release + cfg.versionSuffix);
      label = lib.mkDefault (
        let
          given = builtins.getEnv "NIXOS_LABEL";
          version = builtins.getEnv "NIXOS_LABEL_VERSION";
        in
        if given != "" then given
        else lib.concatStringsSep "-" (lib.sort (a: b: a < b) cfg.tags ++ [ (if version != "" then version else cfg.version) ])
      );
    };
  };
}
