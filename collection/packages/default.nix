# A Debian release as a package set: name → derivation, for every package that the lock pins. Pure over the lock, and lazy:
# what is not asked for is not read. See README.md.
{ lock
, system ? "x86_64-linux"
  # Instead of the mirror that the lock was made from, for example "http://localhost:3142/debian".
, mirror ? null
  # name → overrides (see README.md), applied after the collection's own.
, overrides ? { }
}:

let
  locked = import ./lock.nix { inherit lock mirror; };
  fetch = import ./fetch.nix;
  bootstrap = import ./bootstrap.nix { inherit lock locked fetch system; };
  rules = import ./rules.nix;

  overridesOf =
    let
      of = import ./overrides { inherit packages bootstrap overrides; };
      known = builtins.mapAttrs (name: _: of name) locked.names;
    in
    name: known.${name} or (of name);

  makePackage = import ./package.nix {
    inherit locked fetch bootstrap rules system packages;
    inherit overridesOf;
  };

  packages = builtins.mapAttrs (name: version: makePackage name) locked.names;
in
packages // {
  # Of the set itself, not packages; no package has such a name (Debian allows no underscore).
  _collection = {
    inherit (locked) index sourceOf;
    inherit (bootstrap) shell tools;
    inherit fetch;
    # A virtual package's name → the package that a dependency on it gets.
    virtuals = builtins.mapAttrs (name: provider: packages.${provider}) locked.virtuals;
  };
}
