# A configuration that cannot work is refused before anything of it is built: all assertions that fail, thrown together. One may
# say in `about` which options it is about, as a list of paths; then the lines are shown where the user has set them. Of one
# that stands in the user's own file, its own line is.
{ lib, options }:

let
  inherit (lib.places) definitionPlaces showFrame;
  ours = "${toString ./.}/";
  isTheirs = place: place != null && !lib.hasPrefix ours place.file;

  placesOf = assertion:
    lib.unique (builtins.filter isTheirs (
      lib.concatMap (definitionPlaces options) (assertion.about or [ ])
      ++ [ (builtins.unsafeGetAttrPos "assertion" assertion) ]
    ));

  show = assertion: lib.concatMapStrings (text: "${lib.removeSuffix "\n" text}\n")
    ([ "- ${assertion.message}" ] ++ map showFrame (placesOf assertion));
in
{ assertions, warnings }: value:
let failed = builtins.filter (a: !a.assertion) assertions; in
if failed == [ ]
then lib.showWarnings warnings value
else throw "\nFailed assertions:\n${lib.removeSuffix "\n" (lib.concatMapStrings show failed)}"
