# Functions for people who write packages. `packages` is the collection (../packages) over some lock.
{ packages, system ? "x86_64-linux" }:

rec {
  mkDerivation = import ./mk-derivation.nix { inherit packages system; };

  # The upstream tarball of a source package as the archive carries it, checked by the lock's hash. Its signature files and
  # Debian's own changes are left aside.
  upstreamSource = name:
    let
      source = packages._collection.sourceOf name;
      isTarball = file: builtins.match ".*\\.orig\\.tar\\.(gz|bz2|xz)" file.name != null;
      tarballs = builtins.filter isTarball source.files;
    in
    if tarballs == [ ]
    then throw "the source package '${name}' has no upstream tarball: it is Debian's own"
    else packages._collection.fetch { inherit (builtins.head tarballs) url sha256; };

  upstreamVersion = name: (packages._collection.sourceOf name).upstreamVersion;
}
