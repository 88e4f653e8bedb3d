# Two packages built from their upstream tarballs with the archive's compiler:
#   nix-build collection/examples/from-source.nix --arg lock ~/.local/share/firn/lock -A hello
{ lock, packages ? import ../packages { inherit lock; } }:

let
  inherit (import ../stdenv { inherit packages; }) mkDerivation upstreamSource upstreamVersion;
in
rec {
  hello = mkDerivation {
    pname = "hello";
    version = upstreamVersion "hello";
    src = upstreamSource "hello";
    doCheck = true;
    meta.description = "The GNU greeting, built from source";
  };

  zlib = mkDerivation {
    pname = "zlib";
    version = upstreamVersion "zlib";
    src = upstreamSource "zlib";
    doCheck = true;
    meta.description = "The compression library, built from source";
  };
}
