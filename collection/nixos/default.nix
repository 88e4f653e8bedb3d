# `<nixpkgs/nixos>`, as nixos-rebuild evaluates it: the system of <nixos-config> or $NIXOS_CONFIG, over the lock that $FIRN_LOCK
# names, else the one in /etc/nixos, else the user's own, which `firn lock` makes.
let
  variable = name: otherwise: let value = builtins.getEnv name; in if value == "" then otherwise else /. + value;
  ownLock = variable "XDG_DATA_HOME" (/. + builtins.getEnv "HOME" + "/.local/share") + "/firn/lock";
in
{ configuration ? variable "NIXOS_CONFIG" <nixos-config>
, lock ? variable "FIRN_LOCK" (if builtins.pathExists /etc/nixos/lock then /etc/nixos/lock else ownLock)
, system ? builtins.currentSystem
}:

import ../nixos.nix { inherit configuration lock system; }
