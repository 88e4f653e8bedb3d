# Where the system's services keep what must outlive them: found in their units, and said by modules where a unit does not.
{ config, lib, ... }:

let
  inherit (lib) mkOption types;
  roots = { StateDirectory = "/var/lib"; CacheDirectory = "/var/cache"; LogsDirectory = "/var/log"; };
  words = value: if builtins.isList value then lib.concatMap words value else builtins.filter (w: w != "") (lib.splitString " " value);

  foldersOf = name: service:
    lib.concatLists (lib.mapAttrsToList
      (key: root: map
        (folder: {
          path = "${root}/${lib.head (lib.splitString ":" folder)}";
          kind = lib.toLower (lib.removeSuffix "Directory" key);
          service = "${name}.service";
          user = service.serviceConfig.User or (if service.serviceConfig.DynamicUser or false == true then null else "root");
        })
        (words (service.serviceConfig.${key} or [ ])))
      roots);
in
{
  options.system.stateFolders = mkOption {
    type = types.listOf (types.submodule {
      options = {
        path = mkOption { type = types.path; description = "The folder."; };
        kind = mkOption { type = types.enum [ "state" "cache" "logs" ]; default = "state"; description = "What is lost with it: everything, time, or the past."; };
        service = mkOption { type = types.nullOr types.str; default = null; description = "The unit that it belongs to."; };
        user = mkOption { type = types.nullOr types.str; default = "root"; description = "Whose it is; `null` for a user that only exists while the unit runs."; };
      };
    });
    default = [ ];
    description = "What is worth a backup on this machine: the folders in which services keep their data.";
  };

  config.system.stateFolders = lib.mkMerge [
    (lib.concatLists (lib.mapAttrsToList foldersOf (lib.filterAttrs (_: service: service.enable) config.systemd.services)))
    (lib.mkIf config.services.postgresql.enable [ { path = config.services.postgresql.dataDir; service = "postgresql.service"; user = "postgres"; } ])
  ];
}
