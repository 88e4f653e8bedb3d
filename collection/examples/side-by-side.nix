# Two programs that need different versions of one library, in one store: curl on the release's libcurl, and the same curl on
# that of the backports. Neither knows of the other.
#   firn lock -o ./lock hello curl
#   firn lock -o ./lock-backports --suite bookworm-backports curl
#   nix-build collection/examples/side-by-side.nix --arg lock ./lock --arg newer ./lock-backports
{ lock, newer }:

let
  stable = import ../packages { inherit lock; };
  backports = import ../packages { lock = newer; };
  mixed = import ../packages {
    inherit lock;
    overrides.libcurl4.package = backports.libcurl4;
  };
in
[ stable.curl mixed.curl ]
