# dconf: the settings of programs of GNOME's kind, kept and found.
{ config, lib, pkgs, ... }:

let
  inherit (lib) mkOption types;
  cfg = config.programs.dconf;

  # A profile names the databases in which settings are looked for. One made here is compiled from key files.
  database = db: pkgs.runCommand "dconf-db" { inherit (db) text; passAsFile = [ "text" ]; } ''
    mkdir keys
    cp "$textPath" keys/settings
    ${lib.optionalString (db.locks != [ ]) "mkdir keys/locks && cp ${pkgs.writeText "locks" (lib.concatMapStrings (lock: "${lock}\n") db.locks)} keys/locks/locks"}
    ${pkgs.dconf-cli}/bin/dconf compile $out keys
  '';
  locksOf = db: if db.lockAll then lib.concatLists (lib.mapAttrsToList (folder: keys: map (key: "/${folder}/${key}") (builtins.attrNames keys)) db.settings) else db.locks;
  line = db:
    if builtins.isAttrs db && db ? settings
    then "file-db:${database { text = lib.generators.toDconfINI db.settings; locks = locksOf db; }}"
    else if lib.isDerivation db || builtins.isPath db then "file-db:${db}" else db;
  profile = { ... }: {
    options = {
      enableUserDb = mkOption { type = types.bool; default = true; description = "Whether users have settings of their own, which come first."; };
      databases = mkOption {
        type = types.listOf (types.oneOf [ types.path types.package types.str (types.submodule {
          options = {
            keyfiles = mkOption { type = types.listOf (types.oneOf [ types.path types.package ]); default = [ ]; internal = true; description = "Folders of key files."; };
            settings = mkOption { type = types.attrsOf (types.attrsOf types.anything); default = { }; description = "Settings by folder and key."; };
            locks = mkOption { type = types.listOf types.str; default = [ ]; description = "Keys that users cannot change."; };
            lockAll = mkOption { type = types.bool; default = false; description = "Whether they can change none of them."; };
          };
        }) ]);
        default = [ ];
        description = "Where settings are looked for, in order.";
      };
    };
  };
  text = name: value:
    if builtins.isPath value || lib.isDerivation value || builtins.isString value then { source = value; }
    else { text = lib.optionalString value.enableUserDb "user-db:user\n" + lib.concatMapStrings (db: "${line db}\n") value.databases; };
in
{
  options.programs.dconf = {
    enable = mkOption { type = types.bool; default = false; description = "Whether programs find and keep settings by dconf."; };
    profiles = mkOption {
      type = types.attrsOf (types.oneOf [ types.path types.package (types.submodule profile) ]);
      default = { };
      description = "Profiles by name; `user` is that of everybody.";
    };
    packages = mkOption { type = types.listOf types.package; default = [ ]; description = "Packages that bring {file}`etc/dconf`."; };
  };

  config = lib.mkIf (cfg.enable || cfg.profiles != { }) {
    environment.etc = lib.mapAttrs' (name: value: lib.nameValuePair "dconf/profile/${name}" (text name value)) cfg.profiles;
    services.dbus.packages = [ pkgs.dconf-service ];
    environment.systemPackages = [ pkgs.dconf-cli ];
    environment.variables.GIO_EXTRA_MODULES = [ "${pkgs.dconf-gsettings-backend}/lib/x86_64-linux-gnu/gio/modules" ];
  };
}
