# Where in the user's files something of a configuration is said: the places of definitions, and a place drawn with its line, as
# Nix draws one. Only errors and questions ask for them; nothing is read otherwise.
{ lib }:

let
  inherit (builtins) concatMap elemAt filter head isAttrs isString length pathExists readFile split tail unsafeGetAttrPos;
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
      (n: def: within path (elemAt option.definitionPositions n) def.value)
      option.definitionsWithLocations);

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
