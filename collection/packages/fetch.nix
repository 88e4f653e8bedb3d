# A file of the archive, checked against the lock's hash; the same derivation that <nix/fetchurl.nix> makes.
{ url, sha256 }:

let
  file = builtins.baseNameOf url;
in
derivation {
  name = builtins.replaceStrings [ "~" "%" ":" ] [ "-" "-" "-" ] file;
  builder = "builtin:fetchurl";
  system = "builtin";
  outputHash = sha256;
  outputHashAlgo = "sha256";
  outputHashMode = "flat";
  executable = false;
  unpack = false;
  inherit url;
  urls = [ url ];
  preferLocalBuild = true;
  impureEnvVars = [ "http_proxy" "https_proxy" "ftp_proxy" "all_proxy" "no_proxy" ];
}
