# Parts of version numbers.
{ lib }:

rec {
  inherit (builtins) compareVersions splitVersion;

  major = version: builtins.elemAt (splitVersion version) 0;
  minor = version: builtins.elemAt (splitVersion version) 1;
  patch = version: builtins.elemAt (splitVersion version) 2;
  majorMinor = version: builtins.concatStringsSep "." (lib.take 2 (splitVersion version));

  # The first n components, filled up with zeros; what follows the first dash stays.
  pad = n: version:
    let
      numeric = builtins.head (lib.splitString "-" version);
      suffix = lib.removePrefix numeric version;
    in
    builtins.concatStringsSep "." (lib.take n (splitVersion numeric ++ lib.replicate n "0")) + suffix;
}
