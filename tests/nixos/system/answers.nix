# What is compared of a configuration: of the units those of the module, and of the users and files what every release knows.
config:
let
  inherit (builtins) attrNames filter listToAttrs map match;
  pick = names: set: listToAttrs (map (name: { inherit name; value = set.${name}; }) names);
  units = filter (name: match "(example|mnt-data).*" name != null) (attrNames config.systemd.units);
in
{
  units = listToAttrs (map (name: { inherit name; value = pick [ "text" "enable" "wantedBy" "requiredBy" "aliases" ] config.systemd.units.${name}; }) units);
  hosts = pick [ "127.0.0.2" "::1" "192.0.2.1" ] config.networking.hosts;
  users = listToAttrs (map
    (name: { inherit name; value = pick [ "name" "uid" "group" "extraGroups" "home" "createHome" "description" "isNormalUser" "isSystemUser" "hashedPassword" ] config.users.users.${name}; })
    [ "root" "anna" "web" ]);
  groups = listToAttrs (map (name: { inherit name; value = pick [ "name" "gid" "members" ] config.users.groups.${name}; }) [ "root" "wheel" "users" "audio" "kvm" "nogroup" "web" ]);
  etc = pick [ "target" "mode" "user" "group" "text" ] config.environment.etc."example/config";
  hostConf = config.environment.etc."host.conf".text;
  example = config.services.example;
}
