# One package, or the group that it can only be built with: fetches the debs, and builds them with builder/main.pl.
{ locked, fetch, bootstrap, rules, system, packages, overridesOf }:

let
  inherit (locked) index recordOf;
  builder = builtins.path { path = ./builder; name = "package-builder"; };

  isIgnored = builtins.listToAttrs (map (name: { inherit name; value = null; }) rules.ignoredDependencies);
  unique = names: builtins.attrNames (builtins.listToAttrs (map (name: { inherit name; value = null; }) names));

  leaderOf = name: let record = recordOf name; in record.group or name;
  membersOf = leader: index.groups.${leader} or [ leader ];

  # Names of the packages that a group's own ones depend on, after overrides.
  dependenciesOf = leader: override:
    let
      members = membersOf leader ++ (override.include or [ ]);
      inside = builtins.listToAttrs (map (name: { inherit name; value = null; }) members);
      named = builtins.concatMap (name: ((overridesOf name).locked or (recordOf name)).depends) members ++ (override.add or [ ]);
      dropped = name: isIgnored ? ${name} || inside ? ${name} || builtins.elem name (override.drop or [ ]);
    in
    builtins.filter (name: ! dropped name) (unique named);

  # The groups that the essential programs themselves are made of; they can refer to each other only as they depend.
  essentialClosure = builtins.listToAttrs (map ({ key, ... }: { name = key; value = null; }) (builtins.genericClosure {
    startSet = map (name: { key = leaderOf name; }) (rules.essentialPrograms ++ rules.essentialInterpreters);
    operator = { key }: map (name: { key = leaderOf name; }) (dependenciesOf key (overridesOf key));
  }));

  run = name: script: environment: derivation ({
    inherit name system;
    inherit (bootstrap) tools shell;
    builder = "${bootstrap.tools}/bin/perl";
    args = [ "-I${bootstrap.tools}/lib/perl-base" "-I${builder}" "${builder}/${script}" ];
  } // environment);

  existing = builtins.filter (name: locked.names ? ${name});

  essential = [
    (run "essential-programs" "essential.pl" {
      packages = map (name: packages.${name}) (existing rules.essentialPrograms);
    })
  ] ++ map (name: packages.${name}) (existing rules.essentialInterpreters);

  upstreamName = name: record: "${name}-${record.upstreamVersion}";

  # Listing packages must not fail because of one; asking for its path does.
  unbuildable = leader: unsatisfied:
    let
      failure = throw "the package '${leader}' cannot be built: the archive has nothing for its dependency ${builtins.concatStringsSep ", " unsatisfied}";
    in
    { type = "derivation"; inherit system; outputName = "out"; outPath = failure; drvPath = failure; };

  # Groups are built once, by their leader; the other members take that derivation.
  build = leader:
    let
      override = overridesOf leader;
      members = membersOf leader ++ (override.include or [ ]);
      records = map (name: recordOf name // (overridesOf name).locked or { }) members;
      lines = list: builtins.concatStringsSep "\n" list;
      # Libraries that several architectures' packages share hold no scripts that run.
      usesEssential = override.essential or (! (essentialClosure ? ${leader}) && builtins.any (r: (r.multiArch or "") != "same") records);
    in
    if builtins.any (r: r ? unsatisfied) records
    then unbuildable leader (builtins.concatMap (r: r.unsatisfied or [ ]) records)
    else
      run (upstreamName leader (recordOf leader // (override.locked or { }))) "main.pl" {
        debs = map (r: fetch { inherit (r) url sha256; }) records;
        depends = map (name: packages.${name}) (dependenciesOf leader override);
        essential = if usesEssential then essential else [ ];
        wraps = lines (override.wraps or [ ]);
        links = lines (override.links or [ ]);
        redirects = lines (override.redirects or [ ]);
        strings = lines (override.strings or [ ]);
        extraRunpath = override.extraRunpath or [ ];
        skipElf = override.skipElf or false;
        postInstall = override.postInstall or "";
      };
in

name:
let
  override = overridesOf name;
  record = recordOf name // (override.locked or { });
  leader = record.group or name;
  # A group that lost its leader to an override keeps it: the lock decides on groups.
  built = if leader == name then build name else packages.${leader};
in
override.package or (built // {
  name = upstreamName name record;
  pname = name;
  version = record.upstreamVersion;
  debianVersion = record.version;
  meta = {
    inherit (record) description;
    mainProgram = name;
    priority = rules.priorityOf record;
    section = record.section;
    outputsToInstall = [ "out" ];
  } // (if record ? homepage then { inherit (record) homepage; } else { }) // (override.meta or { });
  depends = record.depends;
  source = record.source or name;
  provides = record.provides or [ ];
})
