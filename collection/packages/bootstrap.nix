# What the builders run: perl and patchelf out of their debs, made to run from the store by a static busybox, the one
# executable that lies in the lock. And the shell, which outlives the builds: wrappers and libc refer to it.
{ lock, locked, fetch, system }:

let
  binaries = builtins.path { path = lock + "/bootstrap"; name = "bootstrap"; };
  busybox = "${binaries}/busybox";
  debOf = name: let record = locked.recordOf name; in fetch { inherit (record) url sha256; };
  run = name: script: environment: derivation ({
    inherit name system busybox;
    builder = busybox;
    args = [ "sh" script ];
  } // environment);
in
{
  tools = run "bootstrap-tools" ./builder/bootstrap.sh {
    debs = map debOf [ "libc6" "libgcc-s1" "libstdc++6" "libcrypt1" "perl-base" "patchelf" ];
  };
  shell = run "shell" ./builder/shell.sh { };
  # The certificate authorities in one file, below everything that opens TLS connections.
  authorities = run "certificate-authorities" ./builder/authorities.sh { deb = debOf "ca-certificates"; };
}
