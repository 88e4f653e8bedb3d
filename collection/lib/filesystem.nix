# What lies on the disk, at the time of evaluation.
{ lib }:

let
  inherit (builtins) attrNames filter isString listToAttrs match pathExists readDir;
in
rec {
  inherit (builtins) baseNameOf dirOf isPath readDir readFileType hashFile;

  pathType = builtins.readFileType;
  pathIsDirectory = path: pathExists path && pathType path == "directory";
  pathIsRegularFile = path: pathExists path && pathType path == "regular";

  # The folders in `root` that hold a Haskell package of their name.
  haskellPathsInDir = root:
    listToAttrs (filter ({ name, value }: pathExists (value + "/${name}.cabal"))
      (map (name: { inherit name; value = root + "/${name}"; }) (attrNames (readDir root))));

  # The nearest folder around `file` with an entry that matches: { path; matches; }, or null.
  locateDominatingFile = pattern: file:
    let
      search = path:
        let matches = filter (m: m != null) (map (match pattern) (attrNames (readDir path))); in
        if matches != [ ] then { inherit path matches; }
        else if toString path == "/" then null
        else search (dirOf path);
      isFolder = toString file == "/" || (readDir (dirOf file)).${baseNameOf file} or null == "directory";
    in
    search (if isFolder then file else dirOf file);

  listFilesRecursive = folder:
    lib.concatMap
      (name:
        let path = folder + "/${name}"; in
        if (readDir folder).${name} == "directory" then listFilesRecursive path else [ path ])
      (attrNames (readDir folder));

  # A package for each .nix file, a set of them for each folder, one package for a folder with package.nix.
  packagesFromDirectoryRecursive = args@{ callPackage, newScope ? throw "lib.packagesFromDirectoryRecursive: newScope wasn't passed in args", directory }:
    let
      inFolder = args:
        lib.concatMapAttrs
          (name: type:
            let path = args.directory + "/${name}"; in
            if type == "directory" then { ${name} = packagesFromDirectoryRecursive (args // { directory = path; }); }
            else if type != "regular"
            then throw "lib.filesystem.packagesFromDirectoryRecursive: Unsupported file type ${type} at path ${toString path}\n"
            else if lib.hasSuffix ".nix" name then { ${lib.removeSuffix ".nix" name} = args.callPackage path { }; }
            else { })
          (readDir args.directory);
    in
    if pathExists (directory + "/package.nix") then callPackage (directory + "/package.nix") { }
    else if args ? newScope
    then lib.recurseIntoAttrs (lib.makeScope newScope (self: inFolder (args // { inherit (self) callPackage newScope; })))
    else inFolder args;

  # The file that `import` reads.
  resolveDefaultNix = path:
    if pathIsDirectory path then path + "/default.nix"
    else if isString path && lib.hasSuffix "/" path then path + "default.nix"
    else path;
}
