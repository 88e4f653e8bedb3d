# `<nixpkgs/nixos>`, as nixos-rebuild evaluates it: the system of <nixos-config> or $NIXOS_CONFIG, over the lock that $FIRN_LOCK
# names, else the one in /etc/nixos.
{ configuration ? let named = builtins.getEnv "NIXOS_CONFIG"; in if named == "" then <nixos-config> else /. + named
, lock ? let named = builtins.getEnv "FIRN_LOCK"; in if named == "" then /etc/nixos/lock else /. + named
, system ? builtins.currentSystem
}:

import ../nixos.nix { inherit configuration lock system; }
