# Folders as sources: filtered copies of them in the store, and names for them.
{ lib }:

let
  inherit (builtins) any elem filter head isList isString length match readFile split substring;
  inherit (lib) hasPrefix hasSuffix removePrefix removeSuffix;
  inherit (lib.filesystem) pathIsRegularFile;

  # A source is a path, or what cleanSourceWith made of one.
  describe = src:
    if src ? _isLibCleanSourceWith then { inherit (src) origSrc filter name; }
    else { origSrc = src; filter = _: _: true; name = "source"; };

  fromDescription = { origSrc, filter, name }: {
    _isLibCleanSourceWith = true;
    inherit origSrc filter name;
    outPath = builtins.path { inherit filter name; path = origSrc; };
  };

  # { value } or { error }.
  commitOf = file: path:
    let
      absolute = base: p: if hasPrefix "/" p then p else if hasPrefix "/" base then "${base}/${p}" else "/${base}/${p}";
      gitdir = match "gitdir: (.*)" (lib.fileContents path);
      folder = absolute (dirOf path) (head gitdir);
      common = absolute folder (removeSuffix "/" (
        if pathIsRegularFile "${folder}/commondir" then lib.fileContents "${folder}/commondir" else folder));
      content = lib.fileContents (path + "/${file}");
      ref = match "ref: (.*)" content;
      packed = filter (m: m != null) (map (match "([a-z0-9]+) ${file}") (filter isString (split "\n" (readFile (path + "/packed-refs")))));
    in
    if pathIsRegularFile path then
      if gitdir == null then { error = "File contains no gitdir reference: ${toString path}"; }
      else commitOf (removePrefix "${common}/" "${folder}/${file}") common
    else if pathIsRegularFile (path + "/${file}") then if ref == null then { value = content; } else commitOf (head ref) path
    else if pathIsRegularFile (path + "/packed-refs") then
      if packed == [ ] then { error = "Could not find ${file} in ${toString path}/packed-refs"; } else { value = head (head packed); }
    else { error = "Not a .git directory: ${toString path}"; };

  # The last part of an address, without endings of archives.
  urlToName = url:
    let
      strip = name:
        let shorter = match "(.*)\\.(git|tar|zip|gz|tgz|bz|tbz|bz2|tbz2|lzma|txz|xz|zstd)" name; in
        if shorter == null then name else strip (head shorter);
    in
    strip (baseNameOf (removeSuffix "/" (lib.last (lib.splitString ":" (toString url)))));

  shortRev = rev:
    let
      base = baseNameOf (toString rev);
      version = match "([A-Za-z]+[-_. ]?)*(v)?([0-9.]+.*)" base;
    in
    if match "[a-f0-9]+" base != null then substring 0 7 base else if version != null then lib.last version else base;

  fullName = repo: rev: suffix:
    urlToName repo + (if rev == null then "" else "-${shortRev rev}") + (if suffix == null then "" else "-${suffix}") + "-source";
in
rec {
  inherit (builtins) filterSource;
  inherit shortRev urlToName;

  # Leaves out what version control, editors and compilers leave behind.
  cleanSourceFilter = path: type:
    let name = baseNameOf path; in
    !(
      name == ".git"
      || (type == "directory" && elem name [ ".svn" "CVS" ".hg" ".jj" ".pijul" "_darcs" ])
      || hasSuffix "~" name
      || match "(\\..*)?\\.sw[a-z]" name != null
      || hasSuffix ".o" name
      || hasSuffix ".so" name
      || (type == "symlink" && hasPrefix "result" name)
      || type == "unknown"
    );

  cleanSource = src: cleanSourceWith { filter = cleanSourceFilter; inherit src; };

  cleanSourceWith = { src, filter ? _: _: true, name ? null }:
    let before = describe src; in
    fromDescription {
      inherit (before) origSrc;
      filter = path: type: filter path type && before.filter path type;
      name = if name == null then before.name else name;
    };

  trace = src:
    let before = describe src; in
    fromDescription (before // {
      filter = path: type:
        let kept = before.filter path type; in
        builtins.trace "${before.name}.filter ${path} = ${lib.boolToString kept}" kept;
    }) // { satisfiesSubpathInvariant = src.satisfiesSubpathInvariant or false; };

  sourceByRegex = src: patterns:
    let root = "${toString (describe src).origSrc}/"; in
    cleanSourceWith {
      inherit src;
      filter = path: _: any (pattern: match pattern (removePrefix root (toString path)) != null) patterns;
    };

  sourceFilesBySuffices = src: suffixes: cleanSourceWith {
    inherit src;
    filter = path: type: type == "directory" || any (suffix: hasSuffix suffix (baseNameOf path)) suffixes;
  };

  # `*` stands for part of a name, `**` for any number of folders.
  sourceByGlobs = src: globs:
    let
      root = "${toString (describe src).origSrc}/";
      parts = text: filter isString (split "/" text);
      pattern = part: if part == "**" then part
        else lib.concatMapStrings (p: if isList p then "[^/]*" else lib.escapeRegex p) (split "\\*+" part);
      matches = type: globs: path:
        if path == [ ] then globs == [ ] || type == "directory" || type == "symlink"
        else if globs == [ ] then false
        else if head globs == "**" then
          length globs == 1
          || (if match (builtins.elemAt globs 1) (head path) != null
            then matches type (builtins.tail globs) path
            else matches type globs (builtins.tail path))
        else match (head globs) (head path) != null && matches type (builtins.tail globs) (builtins.tail path);
      compiled = map (glob: map pattern (parts glob)) globs;
    in
    cleanSourceWith {
      inherit src;
      filter = path: type: any (glob: matches type glob (parts (removePrefix root (toString path)))) compiled;
    };

  pathIsGitRepo = path: commitOf "HEAD" path ? value;
  commitIdFromGitRepo = path: let commit = commitOf "HEAD" path; in commit.value or (throw commit.error);

  pathHasContext = builtins.hasContext;
  canCleanSource = src: src ? _isLibCleanSourceWith || !builtins.hasContext (toString src);

  revOrTag = rev: tag: if tag != null then tag else if rev != null then rev else "HEAD";

  repoRevToName = kind: {
    source = _: _: _: "source";
    versioned = repo: rev: _: fullName repo rev null;
    full = fullName;
  }.${kind} or (throw "repoRevToName: invalid kind");
}
