# The files of networkd: each with its text, or null where it does not count. NixOS has them as units, Firn as files of /etc.
config:
let
  inherit (builtins) attrNames filter listToAttrs map match;
  units = config.systemd.network.units;
  files = filter (name: match "systemd/network/[0-9].*" name != null && match ".*99-default.link" name == null) (attrNames config.environment.etc);
  fileOf = name: let file = config.environment.etc.${name}; in { name = baseNameOf name; value = if (file.text or null) == null then null else file.text; };
in
if config.systemd.network ? units
then listToAttrs (map (name: { inherit name; value = if units.${name}.enable then units.${name}.text else null; }) (attrNames units))
else listToAttrs (map fileOf files)
