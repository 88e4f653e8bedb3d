# The files of /etc. Most are links into the store; one with a mode of its own is copied.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkDefault mkIf mkOption types;

  files = builtins.filter (file: file.enable) (builtins.attrValues config.environment.etc);
  byTarget = builtins.groupBy (file: file.target) files;
  twice = lib.filterAttrs (_: same: builtins.length same > 1) byTarget;

  # In the order of their targets.
  manifest = lib.mapAttrsToList
    (target: same: let file = builtins.head same; in { inherit target; inherit (file) source mode user group; })
    byTarget;

  # Beside a file that is copied lie its mode and its owners, in files of its name.
  place = file:
    let
      target = lib.escapeShellArg "etc/${file.target}";
      source = lib.escapeShellArg "${file.source}";
    in
    ''
      mkdir -p "$out/$(dirname ${target})"
    ''
    + (
      if file.mode == "symlink" then ''
        ln -s ${source} "$out/"${target}
      ''
      else if file.mode == "direct-symlink" then ''
        ln -s "$(readlink -m ${source})" "$out/"${target}
        echo direct-symlink > "$out/"${target}.mode
      ''
      else ''
        ln -s ${source} "$out/"${target}
        echo ${lib.escapeShellArg file.mode} > "$out/"${target}.mode
        echo ${lib.escapeShellArg file.user} > "$out/"${target}.uid
        echo ${lib.escapeShellArg file.group} > "$out/"${target}.gid
      ''
    );

  file = { name, config, options, ... }: {
    options = {
      enable = mkOption {
        type = types.bool;
        default = true;
        description = "Whether the file is made.";
      };
      target = mkOption {
        type = types.str;
        description = "The file's path below {file}`/etc`; by default the attribute name.";
      };
      text = mkOption {
        type = types.nullOr types.lines;
        default = null;
        description = "What is in the file.";
      };
      source = mkOption {
        type = types.path;
        description = "The file or folder that it is, or a copy of which it is.";
      };
      mode = mkOption {
        type = types.str;
        default = "symlink";
        example = "0600";
        description = "`symlink`, `direct-symlink` (to where the source itself leads), or the mode of a copy.";
      };
      uid = mkOption {
        type = types.int;
        default = 0;
        description = "The user id that a copy belongs to.";
      };
      gid = mkOption {
        type = types.int;
        default = 0;
        description = "The group id that a copy belongs to.";
      };
      user = mkOption {
        type = types.str;
        default = "+${toString config.uid}";
        description = "The user that a copy belongs to, by name; instead of `uid`.";
      };
      group = mkOption {
        type = types.str;
        default = "+${toString config.gid}";
        description = "The group that a copy belongs to, by name; instead of `gid`.";
      };
    };

    config = {
      target = mkDefault name;
      source = mkIf (config.text != null) (
        lib.modules.mkDerivedConfig options.text (pkgs.writeText "etc-${baseNameOf name}")
      );
    };
  };
in
{
  options.environment.etc = mkOption {
    type = types.attrsOf (types.submodule file);
    default = { };
    example = lib.literalExpression ''
      {
        "default/useradd".text = "GROUP=100";
        "ssl/key.pem" = { source = ./key.pem; mode = "0400"; };
      }
    '';
    description = "The files in {file}`/etc`.";
  };

  config = {
    assertions = lib.mapAttrsToList
      (target: same: {
        assertion = false;
        message = "Several files of `environment.etc' have the target `${target}'.";
      })
      twice;

    system.build.etcManifest = manifest;
    system.build.etc = pkgs.runCommand "etc" { } ''
      mkdir -p $out/etc
      ${lib.concatMapStrings place manifest}'';
  };
}
