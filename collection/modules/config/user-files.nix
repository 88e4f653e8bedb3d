# Files that the configuration puts into users' homes: links into the store, made by a unit that runs as the user. A file of the
# user's own is never touched; a link that the configuration no longer has is taken away.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;

  file = { name, config, ... }: {
    options = {
      enable = mkOption { type = types.bool; default = true; description = "Whether the file is there."; };
      target = mkOption {
        type = types.str;
        default = name;
        defaultText = lib.literalExpression "name";
        apply = target:
          if lib.hasPrefix "/" target || builtins.elem ".." (lib.splitString "/" target) || target == ""
          then throw "The path `${target}' of a user's file does not lie in the home."
          else target;
        description = "Its path below the home; by default the attribute name.";
      };
      text = mkOption { type = types.nullOr types.lines; default = null; description = "What is in it."; };
      source = mkOption { type = types.path; description = "The file or folder that it is."; };
      executable = mkOption { type = types.bool; default = false; description = "Whether `text` is a program."; };
    };
    config.source = lib.mkIf (config.text != null) (lib.mkDefault (pkgs.writeTextFile {
      name = lib.strings.sanitizeDerivationName (baseNameOf config.target);
      inherit (config) text executable;
    }));
  };

  filesOf = user: builtins.filter (file: file.enable) (builtins.attrValues user.files);
  # Who no longer has files loses the links: the unit is there for everybody who could have some.
  possible = lib.filterAttrs (_: user: user.enable && user.isNormalUser) config.users.users;
  withFiles = lib.filterAttrs (_: user: user.files != { }) config.users.users;

  # `target` TAB `source`, a line each.
  listOf = user: pkgs.writeText "files-of-${user.name}" (lib.concatMapStrings (file: "${file.target}\t${file.source}\n") (filesOf user));
in
{
  options.users.users = mkOption {
    type = types.attrsOf (types.submodule {
      options.files = mkOption {
        type = types.attrsOf (types.submodule file);
        default = { };
        example = lib.literalExpression ''
          {
            ".config/htop/htoprc".text = "hide_kernel_threads=1";
            "bin/hello" = { text = "#!/bin/sh\necho hello\n"; executable = true; };
          }
        '';
        description = ''
          Files in the user's home, by path: links into the store. What the user has made there stays as it is.
        '';
      };
    });
  };

  config = {
    assertions = lib.concatLists (lib.mapAttrsToList
      (name: user:
        let twice = lib.filterAttrs (_: same: builtins.length same > 1) (builtins.groupBy (file: file.target) (filesOf user)); in
        lib.mapAttrsToList
          (target: _: {
            assertion = false;
            about = [ [ "users" "users" name "files" ] ];
            message = "Several files of users.users.${name}.files have the path `${target}'.";
          })
          twice)
      withFiles);

    systemd.services = lib.mapAttrs'
      (_: user: lib.nameValuePair "user-files-${user.name}" {
        description = "Files of the configuration in the home of ${user.name}";
        wantedBy = [ "multi-user.target" ];
        before = [ "systemd-user-sessions.service" ];
        unitConfig = {
          RequiresMountsFor = user.home;
          ConditionPathIsDirectory = user.home;
        } // lib.optionalAttrs (user.files == { }) { ConditionPathExists = "${user.home}/.local/state/user-files/made"; };
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          User = user.name;
          ExecStart = "${pkgs.bash}/bin/bash ${./user-files.sh} ${listOf user} ${user.home}";
        };
      })
      (possible // withFiles);
  };
}
