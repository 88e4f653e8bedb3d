# Paths and subpaths by component, without looking at the disk.
{ lib }:

let
  inherit (builtins) all concatStringsSep elemAt filter head isPath isString length match split typeOf;
  inherit (lib) assertMsg drop take;

  # Why a string is no subpath, or null.
  invalidity = value:
    if !isString value then "The given value is of type ${typeOf value}, but a string was expected"
    else if value == "" then "The given string is empty"
    else if builtins.substring 0 1 value == "/"
    then "The given string \"${value}\" starts with a `/`, representing an absolute path"
    else if match "(.*/)?\\.\\.(/.*)?" value != null
    then "The given string \"${value}\" contains a `..` component, which is not allowed in subpaths"
    else null;

  isValid = value: invalidity value == null;

  requireValid = function: subject: value:
    assertMsg (isValid value) ''
      lib.path.${function}: ${subject} is not a valid subpath string:
          ${invalidity value}'';

  components = subpath: filter (part: isString part && part != "" && part != ".") (split "/+" subpath);
  fromComponents = parts: "./" + (if parts == [ ] then "." else concatStringsSep "/" parts);

  # { root; components; }
  deconstruct =
    let
      go = parts: path:
        if path == dirOf path then { root = path; components = parts; }
        else go ([ (baseNameOf path) ] ++ parts) (dirOf path);
    in
    go [ ];

  requirePath = function: subject: end: value:
    assertMsg (isPath value) "lib.path.${function}: ${subject} is of type ${typeOf value}, but a path was expected${end}";

  requireSameRoot = function: a: b:
    assertMsg ((deconstruct a).root == (deconstruct b).root) ''
      lib.path.${function}: Filesystem roots must be the same for both paths, but paths with different roots were given:
          first argument: "${toString a}" with root "${toString (deconstruct a).root}"
          second argument: "${toString b}" with root "${toString (deconstruct b).root}"'';

  storeComponents = components builtins.storeDir;
in
{
  append = path: subpath:
    assert requirePath "append" "The first argument" "" path;
    assert requireValid "append" "Second argument" subpath;
    path + ("/" + subpath);

  hasPrefix = a:
    assert requirePath "hasPrefix" "First argument" "" a;
    let first = (deconstruct a).components; in
    b:
    assert requirePath "hasPrefix" "Second argument" "" b;
    assert requireSameRoot "hasPrefix" a b;
    take (length first) (deconstruct b).components == first;

  removePrefix = a:
    assert requirePath "removePrefix" "First argument" "." a;
    let first = (deconstruct a).components; in
    b:
    assert requirePath "removePrefix" "Second argument" "." b;
    assert requireSameRoot "removePrefix" a b;
    let second = (deconstruct b).components; in
    if take (length first) second == first
    then fromComponents (drop (length first) second)
    else throw ''lib.path.removePrefix: The first path argument "${toString a}" is not a component-wise prefix of the second path argument "${toString b}".'';

  splitRoot = path:
    assert requirePath "splitRoot" "Argument" "" path;
    let parts = deconstruct path; in
    { inherit (parts) root; subpath = fromComponents parts.components; };

  hasStorePathPrefix = path:
    assert requirePath "hasStorePathPrefix" "Argument" "" path;
    let parts = (deconstruct path).components; n = length storeComponents; in
    (lib.lists.hasPrefix storeComponents parts && length parts > n && match ".{32}-.+" (elemAt parts n) != null)
    || (parts != [ ] && match "[0-9a-z]{52}" (head parts) != null);

  subpath = {
    inherit isValid;

    join = subpaths:
      if all isValid subpaths
      then fromComponents (lib.concatMap components subpaths)
      else
        let n = lib.lists.findFirstIndex (part: !isValid part) null subpaths; in
        throw ''
          lib.path.subpath.join: Element at index ${toString n} is not a valid subpath string:
              ${invalidity (elemAt subpaths n)}'';

    components = value:
      assert requireValid "subpath.components" "Argument" value;
      components value;

    normalise = value:
      assert requireValid "subpath.normalise" "Argument" value;
      fromComponents (components value);
  };
}
