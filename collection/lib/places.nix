# Where in the user's files something of a configuration is said, and why it came to be: the places of definitions, what became
# of each, and a place drawn with its line, as Nix draws one. Only errors and questions ask for them.
{ lib }:

let
  inherit (builtins) concatMap elemAt filter head isAttrs isString length map pathExists readFile split tail unsafeGetAttrPos;
  inherit (lib.modules) dischargeProperties;
  inherit (lib.options) isOption;

  # The places of the attribute at `path` within a value that a definition has; [ ] where it does not say so. What is no set
  # (a function, say) is taken to say it where it stands.
  within = path: place: value:
    concatMap
      (content:
        if path == [ ] || !isAttrs content then if place == null then [ ] else [ place ]
        else if !(content ? ${head path}) then [ ]
        else within (tail path) (unsafeGetAttrPos (head path) content) content.${head path})
      (dischargeProperties value);

  atOption = option: path:
    if option.highestPrio >= 1500 then [ ]
    else builtins.concatLists (lib.imap0
      (n: def: within path (elemAt (positionsOf option) n) def.value)
      option.definitionsWithLocations);

  # Options that another lib has made do not know where they stand, nor what was overridden.
  positionsOf = option: option.definitionPositions or (map (_: null) option.definitionsWithLocations);
  allDefinitionsOf = option: option.allDefinitions or (
    lib.optional (option ? default) { file = head option.declarations; value = lib.mkOptionDefault option.default; }
    ++ lib.optionals (option.highestPrio or 100 < 1500) (option.definitionsWithLocations or (lib.zipListsWith (file: value: { inherit file value; }) option.files option.definitions))
  );

  # Each value that a definition has for what is at `path`, with the properties around it. Priorities count level by level.
  leavesOf = path: state: content:
    let
      # One that cannot be evaluated is a value too.
      attempt = builtins.tryEval (content._type or null);
      type = if attempt.success then attempt.value else null;
      priorities = state.priorities ++ [ (state.priority or lib.modules.defaultOverridePriority) ];
    in
    if type == "merge" then concatMap (leavesOf path state) content.contents
    else if type == "if" then
      if content.condition then leavesOf path state content.content else map (leaf: leaf // { holds = false; }) (leavesOf path state content.content)
    else if type == "override" then leavesOf path (state // { inherit (content) priority; }) content.content
    else if type == "order" then leavesOf path state content.content
    else if type == "definition" then leavesOf path (state // { inherit (content) file; }) content.value
    else if path == [ ] || !attempt.success then [ { inherit (state) file pos; inherit priorities; value = content; holds = true; } ]
    else if !isAttrs content || !(content ? ${head path}) then [ ]
    else leavesOf (tail path)
      (removeAttrs state [ "priority" ] // { inherit priorities; pos = unsafeGetAttrPos (head path) content; })
      content.${head path};

  # Whether priorities win over others: the first level at which they differ decides.
  stronger = a: b: a != [ ] && b != [ ] && (head a < head b || head a == head b && stronger (tail a) (tail b));

  lineAt = file: number:
    let lines = filter isString (split "\n" (lib.removeSuffix "\n" (readFile file))); in
    if number < 1 || number > length lines then null else elemAt lines (number - 1);
  numbered = number: text: "${lib.fixedWidthString 6 " " (toString number)}| ${text}\n";
in
rec {
  # Where the definitions are that an option has its value from, or what is at `path` within it: [ { file; line; column; } ]. For
  # a default there are none, and none for a definition of which Nix does not know where it stands.
  definitionPlaces = options: path:
    if isOption options then atOption options path
    else if path == [ ] || !(options ? ${head path}) then [ ]
    else definitionPlaces options.${head path} (tail path);

  # The option at `path`, also within submodules that there are: { option; rest; } with the part of the path that lies within its
  # value, { set; } for a set of options, or { missing; siblings; } with the part that there is none of.
  findOption = options: findBelow [ ] options;

  findBelow = above: options: path:
    if isOption options then withinOption above options path
    else if path == [ ] then { set = removeAttrs options [ "_module" ]; }
    else if options ? ${head path} then findBelow (above ++ [ (head path) ]) options.${head path} (tail path)
    else { missing = above ++ [ (head path) ]; siblings = builtins.attrNames (removeAttrs options [ "_module" ]); };

  withinOption = above: option: path:
    let
      meta = if path == [ ] then { } else option.valueMeta or { };
      element = meta.attrs.${head path} or { };
    in
    if path == [ ] then { inherit option; rest = [ ]; }
    else if meta ? configuration then findBelow above meta.configuration.options path
    else if element ? configuration then findBelow (above ++ [ (head path) ]) element.configuration.options (tail path)
    else if lib.hasAttrByPath path option.value then { inherit option; rest = path; }
    else {
      missing = above ++ path;
      siblings = let parent = lib.attrByPath (lib.init path) null option.value; in if isAttrs parent then builtins.attrNames parent else [ ];
    };

  # All definitions of what is at `rest` within an option, the strongest first: [ { value; file; pos; priority; holds;
  # isUsed; } ], where `holds` is whether the conditions around it do.
  explain = option: rest:
    let
      leaves = builtins.concatLists (lib.imap0
        (n: def: leavesOf rest { inherit (def) file; pos = def.pos or null; priorities = [ ]; } def.value)
        (allDefinitionsOf option));
      holding = filter (leaf: leaf.holds) leaves;
      best = builtins.foldl' (a: leaf: if a == null || stronger leaf.priorities a then leaf.priorities else a) null holding;
      finish = leaf: {
        inherit (leaf) value file pos holds;
        # Of the level at which something was said of it.
        priority = lib.findFirst (p: p != lib.modules.defaultOverridePriority) lib.modules.defaultOverridePriority leaf.priorities;
        isUsed = leaf.holds && leaf.priorities == best;
      };
    in
    map finish (lib.sort (a: b: stronger a.priorities b.priorities) leaves);

  showPlace = place: "${place.file}:${toString place.line}:${toString place.column}";

  # `at file:line:column:` and up to three lines of the file.
  showFrame = place:
    let
      known = pathExists place.file;
      show = number: let text = lineAt place.file number; in lib.optionalString (text != null) (numbered number text);
    in
    "at ${showPlace place}:\n"
    + lib.optionalString known (
      show (place.line - 1) + show place.line
      + "      |${lib.concatStrings (lib.replicate place.column " ")}^\n"
      + show (place.line + 1)
    );
}
