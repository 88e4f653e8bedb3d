# mkDerivation: from an upstream source to a package, with the archive's compiler and tools. A small sibling of nixpkgs'
# stdenv.mkDerivation: the same attribute names (pname, version, src, buildInputs, nativeBuildInputs, patches,
# configureFlags, doCheck, phases and their hooks), one output, no cross compilation.
{ packages, system }:

let
  # What every build has on PATH, named as the archive names it.
  tools = map (name: packages.${name}) [
    "gcc"
    "binutils"
    "make"
    "bash"
    "coreutils"
    "findutils"
    "diffutils"
    "grep"
    "sed"
    "gawk"
    "tar"
    "gzip"
    "bzip2"
    "xz-utils"
    "patch"
    "patchelf"
  ];
  shell = "${packages.bash}/bin/bash";
in

{ name ? "${pname}-${version}"
, pname ? (builtins.parseDrvName name).name
, version ? (builtins.parseDrvName name).version
, buildInputs ? [ ]
, nativeBuildInputs ? [ ]
, doCheck ? false
, meta ? { }
, passthru ? { }
, ...
}@args:

let
  package = derivation (
    removeAttrs args [ "meta" "passthru" ]
    // {
      inherit name pname version system shell tools buildInputs nativeBuildInputs doCheck;
      src = args.src or "";
      builder = shell;
      args = [ ./setup.sh ];
    }
  );
in
package // { inherit meta passthru; } // passthru
