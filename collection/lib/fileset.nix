# Sets of files below some folder, put together before anything goes into the store. A set is { base; tree; }: a folder (null
# in the empty set that lies nowhere) and what of it is in the set: null (nothing), true (all that lies there), or a tree for
# some of its entries. Folders are looked into only where a set needs it.
{ lib }:

let
  inherit (builtins) any attrNames isAttrs isBool isFunction isList isPath length mapAttrs pathExists readDir trace typeOf;
  inherit (lib) drop filterAttrs hasSuffix imap0 isStringLike zipAttrsWith;
  inherit (lib.filesystem) pathType;

  make = base: tree: { _type = "fileset"; inherit base tree; };
  nowhere = make null null;

  singleton = path:
    if pathType path == "directory" then make path true else make (dirOf path) { ${baseNameOf path} = true; };

  # --- arguments ---

  # { value } or { message }.
  read = context: value:
    if value._type or null == "fileset" then { inherit value; }
    else if isPath value then
      if pathExists value then { value = singleton value; }
      else {
        message = ''
          ${context} (${toString value}) is a path that does not exist.
              To create a file set from a path that may not exist, use `lib.fileset.maybeMissing`.'';
      }
    else if value ? _isLibCleanSourceWith then {
      message = ''
        ${context} is a `lib.sources`-based value, but it should be a file set or a path instead.
            To convert a `lib.sources`-based value to a file set you can use `lib.fileset.fromSource`.
            Note that this only works for sources created from paths.'';
    }
    else if isStringLike value then {
      message = ''
        ${context} ("${toString value}") is a string-like value, but it should be a file set or a path instead.
            Paths represented as strings are not supported by `lib.fileset`, use `lib.sources` or derivations instead.'';
    }
    else { message = "${context} is of type ${typeOf value}, but it should be a file set or a path instead."; };

  coerce = context: value: let result = read "lib.fileset.${context}" value; in result.value or (throw result.message);

  # --- trees ---

  # What of a tree lies at some entries' path, and a tree for what lies above it.
  at = parts: tree:
    if parts == [ ] || !isAttrs tree then tree else at (drop 1 parts) (tree.${builtins.head parts} or null);
  below = parts: tree: lib.setAttrByPath parts tree;

  componentsOf = path: lib.path.subpath.components (lib.path.splitRoot path).subpath;
  relative = folder: path: drop (length (componentsOf folder)) (componentsOf path);

  open = path: tree: if tree == true then mapAttrs (_: _: true) (readDir path) else tree;

  joinTrees = trees:
    let present = builtins.filter (tree: tree != null) trees; in
    if present == [ ] then null
    else if any (tree: tree == true) present then true
    else zipAttrsWith (_: joinTrees) present;

  meetTrees = a: b:
    if a == null || b == null then null
    else if a == true then b
    else if b == true then a
    else mapAttrs (name: tree: meetTrees a.${name} tree) (builtins.intersectAttrs a b);

  subtractTree = path: a: b:
    if a == null || b == null then a
    else if b == true then null
    else mapAttrs (name: tree: subtractTree (path + "/${name}") tree (b.${name} or null)) (open path a);

  # The tree of a folder by whether each file is in it. Folders that `enters` refuses are not looked into.
  grow = keeps: enters: folder:
    mapAttrs
      (name: type:
        let path = folder + "/${name}"; in
        if type == "directory" then if enters path then grow keeps enters path else null
        else if keeps path name type then true
        else null)
      (readDir folder);

  isFolder = path: pathType path == "directory";

  # Folders without files are not there.
  hasFiles = path: tree:
    if tree == null then false
    else if tree == true && !isFolder path then true
    else let entries = open path tree; in any (name: hasFiles (path + "/${name}") entries.${name}) (attrNames entries);

  list = path: tree:
    if tree == null then [ ]
    else if tree == true && !isFolder path then [ path ]
    else let entries = open path tree; in lib.concatMap (name: list (path + "/${name}") entries.${name}) (attrNames entries);

  # As few lines as tell what is in a tree: null, "directory" (all of it), a file's type, or the entries.
  simplify = path: tree:
    if tree == null then null
    else if !isFolder path then pathType path
    else
      let
        entries = mapAttrs (name: simplify (path + "/${name}")) (open path tree);
        present = filterAttrs (_: entry: entry != null) entries;
        isWholeAt = name:
          let entry = entries.${name} or null; in
          if entry == null then !hasFiles (path + "/${name}") true else !isAttrs entry;
        isWhole = builtins.all isWholeAt (attrNames (readDir path));
      in
      if present == { } then null else if isWhole then "directory" else present;

  show = set:
    let
      suffix = tree: if isAttrs tree then "" else if tree == "directory" then " (all files in directory)" else " (${tree})";
      entries = indent: before: tree:
        builtins.foldl'
          (before: name:
            let after = builtins.seq before (trace "${indent}- ${name}${suffix tree.${name}}" null); in
            if isAttrs tree.${name} then entries "${indent}  " after tree.${name} else after)
          before
          (attrNames tree);
      simple = if set.base == null then null else simplify set.base set.tree;
      first = trace (if simple == null then "(empty)" else "${toString set.base}${suffix simple}") null;
    in
    if isAttrs simple then entries "" first simple else first;

  # --- sets ---

  unite = sets:
    let
      placed = builtins.filter (set: set.base != null) sets;
      parts = map (set: componentsOf set.base) placed;
      shared = builtins.foldl' lib.lists.commonPrefix (builtins.head parts) parts;
      first = (builtins.head placed).base;
      # So many folders up from the first base.
      up = n: path: if n == 0 then path else up (n - 1) (dirOf path);
      base = up (length (builtins.head parts) - length shared) first;
    in
    if placed == [ ] then nowhere
    else make base (joinTrees (map (set: below (relative base set.base) set.tree) placed));

  isWithin = folder: path: lib.path.hasPrefix folder path;

  fromGit = function: argument: path: arguments:
    if !isPath path then throw "lib.fileset.${function}: Expected the ${argument} to be a path, but it's a ${typeOf path} instead."
    else if !isFolder path
    then throw "lib.fileset.${function}: Expected the ${argument} (${toString path}) to be a directory, but it's a file instead."
    else if !pathExists (path + "/.git")
    then throw "lib.fileset.${function}: Expected the ${argument} (${toString path}) to point to a local working tree of a Git repository, but it's not."
    else
      let
        tracked = builtins.fetchGit ({ url = path; shallow = true; } // arguments);
        mirror = folder: mapAttrs (name: type: if type == "directory" then mirror (folder + "/${name}") else true) (readDir folder);
      in
      make path (mirror tracked.outPath);
in
{
  empty = nowhere;
  isFileset = value: read "" value ? value;

  maybeMissing = path:
    if isPath path then if pathExists path then singleton path else nowhere
    else if isStringLike path
    then throw ''lib.fileset.maybeMissing: Argument ("${toString path}") is a string-like value, but it should be a path instead.''
    else throw "lib.fileset.maybeMissing: Argument is of type ${typeOf path}, but it should be a path instead.";

  union = a: b: unite [ (coerce "union: First argument" a) (coerce "union: Second argument" b) ];

  unions = sets:
    if isList sets then unite (imap0 (n: coerce "unions: Element ${toString n}") sets)
    else throw "lib.fileset.unions: Argument is of type ${typeOf sets}, but it should be a list instead.";

  intersection = first: second:
    let
      a = coerce "intersection: First argument" first;
      b = coerce "intersection: Second argument" second;
    in
    if a.base == null || b.base == null then nowhere
    else if isWithin b.base a.base then make a.base (meetTrees a.tree (at (relative b.base a.base) b.tree))
    else if isWithin a.base b.base then make b.base (meetTrees (at (relative a.base b.base) a.tree) b.tree)
    else nowhere;

  difference = positive: negative:
    let
      a = coerce "difference: First argument (positive set)" positive;
      b = coerce "difference: Second argument (negative set)" negative;
      without = tree: make a.base (subtractTree a.base a.tree tree);
    in
    if a.base == null || b.base == null then a
    else if isWithin b.base a.base then without (at (relative b.base a.base) b.tree)
    else if isWithin a.base b.base then without (below (relative a.base b.base) b.tree)
    else a;

  # The files below a path for which the function holds, of { name; type; hasExt; }.
  fileFilter = holds: path:
    let keeps = _: name: type: holds { inherit name type; hasExt = extension: hasSuffix ".${extension}" name; }; in
    if !isFunction holds
    then throw "lib.fileset.fileFilter: First argument is of type ${typeOf holds}, but it should be a function instead."
    else if path._type or null == "fileset" then throw ''
      lib.fileset.fileFilter: Second argument is a file set, but it should be a path instead.
          If you need to filter files in a file set, use `intersection fileset (fileFilter pred ./.)` instead.''
    else if !isPath path
    then throw "lib.fileset.fileFilter: Second argument is of type ${typeOf path}, but it should be a path instead."
    else if !pathExists path
    then throw "lib.fileset.fileFilter: Second argument (${toString path}) is a path that does not exist."
    else if isFolder path then make path (grow keeps (_: true) path)
    else if keeps path (baseNameOf path) (pathType path) then singleton path
    else make (dirOf path) null;

  fromSource = source:
    let
      isFiltered = source ? _isLibCleanSourceWith;
      path = if isFiltered then source.origSrc else source;
    in
    if isPath path then
      if !pathExists path
      then throw "lib.fileset.fromSource: The source origin (${toString path}) of the argument is a path that does not exist."
      else if !isFiltered || !isFolder path then singleton path
      else make path (grow (p: _: type: source.filter (toString p) type) (p: source.filter (toString p) "directory") path)
    else if isStringLike path then throw ''
      lib.fileset.fromSource: The source origin of the argument is a string-like value ("${toString path}"), but it should be a path instead.
          Sources created from paths in strings cannot be turned into file sets, use `lib.sources` or derivations instead.''
    else throw "lib.fileset.fromSource: The source origin of the argument is of type ${typeOf path}, but it should be a path instead.";

  gitTracked = path: fromGit "gitTracked" "argument" path { };
  gitTrackedWith = { recurseSubmodules ? false }: path:
    if isBool recurseSubmodules then fromGit "gitTrackedWith" "second argument" path { submodules = recurseSubmodules; }
    else throw "lib.fileset.gitTrackedWith: Expected the attribute `recurseSubmodules` of the first argument to be a boolean, but it's a ${typeOf recurseSubmodules} instead.";

  toList = value: let set = coerce "toList: Argument" value; in if set.base == null then [ ] else list set.base set.tree;

  # A store object with the files, at their places below `root`.
  toSource = { root, fileset }:
    let
      set = coerce "toSource: `fileset`" fileset;
      tree = if set.base == null then null else below (relative root set.base) set.tree;
      keeps = path: _:
        let parts = relative root (/. + path); in
        hasFiles (root + "/${lib.concatStringsSep "/" parts}") (at parts tree);
    in
    if root ? _isLibCleanSourceWith then throw ''
      lib.fileset.toSource: `root` is a `lib.sources`-based value, but it should be a path instead.
          To use a `lib.sources`-based value, convert it to a file set using `lib.fileset.fromSource` and pass it as `fileset`.
          Note that this only works for sources created from paths.''
    else if !isPath root then
      if isStringLike root then throw ''
        lib.fileset.toSource: `root` (${toString root}) is a string-like value, but it should be a path instead.
            Paths in strings are not supported by `lib.fileset`, use `lib.sources` or derivations instead.''
      else throw "lib.fileset.toSource: `root` is of type ${typeOf root}, but it should be a path instead."
    else if !pathExists root then throw "lib.fileset.toSource: `root` (${toString root}) is a path that does not exist."
    else if !isFolder root then throw ''
      lib.fileset.toSource: `root` (${toString root}) is a file, but it should be a directory instead. Potential solutions:
          - If you want to import the file into the store _without_ a containing directory, use string interpolation or `builtins.path` instead of this function.
          - If you want to import the file into the store _with_ a containing directory, set `root` to the containing directory, such as ${toString (dirOf root)}, and set `fileset` to the file path.''
    else if set.base != null && !isWithin root set.base then throw ''
      lib.fileset.toSource: `fileset` could contain files in ${toString set.base}, which is not under the `root` (${toString root}). Potential solutions:
          - Set `root` to ${toString set.base} or any directory higher up. This changes the layout of the resulting store path.
          - Set `fileset` to a file set that cannot contain files outside the `root` (${toString root}). This could change the files included in the result.''
    else lib.sources.cleanSourceWith { name = "source"; src = root; filter = keeps; };

  trace = value: let set = coerce "trace: Argument" value; in builtins.seq (show set) (x: x);
  traceVal = value: let set = coerce "traceVal: Argument" value; in builtins.seq (show set) set;
}
