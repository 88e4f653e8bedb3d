# Questions about the options of a system, for the programs that show them: what an option is, what it has become and why, and
# which options there are. `nixos` has its `options`, as nixos.nix gives them. Every text is a thunk of its own, so that one that
# cannot be evaluated does not keep the others from being shown.
{ nixos ? null }:

let
  # Of the modules alone: for what can be known without a lock.
  withoutPackages = (import ./modules { }).evalConfig {
    modules = [ ];
    pkgs = import ./nixpkgs-interface.nix {
      packages = { };
      builders = import ./stdenv/trivial-builders.nix { packages = { }; };
      system = "x86_64-linux";
    };
  };

  lib = import ./lib;
  inherit (if nixos == null then withoutPackages else nixos) options;
  inherit (builtins) attrNames elemAt isAttrs;
  inherit (lib.options) isOption showOption;

  pretty = lib.generators.toPretty { };
  orNull = attribute: set: f: if set.${attribute} or null == null then null else f set.${attribute};
  literal = value: lib.removeSuffix "\n" (value.text or (pretty value));
  text = value: lib.removeSuffix "\n" (if isAttrs value then value.text else value);

  place = file: pos: {
    file = if pos.file or null == null then toString file else pos.file;
    line = pos.line or null;
    column = pos.column or null;
  };
  declarations = option: lib.imap0 (n: file: place file (if option ? declarationPositions then elemAt option.declarationPositions n else null)) option.declarations;

  # The type of what lies within a value: below attrsOf and the like, that of the elements.
  typeWithin = type: rest:
    if rest == [ ] then type
    else if type ? nestedTypes.elemType then typeWithin type.nestedTypes.elemType (if type.name == "nullOr" then rest else builtins.tail rest)
    else null;

  describe = path: { option, rest }:
    let
      value = lib.getAttrFromPath rest option.value;
      type = typeWithin option.type rest;
    in
    {
      kind = "option";
      name = showOption path;
      value = pretty value;
      # What documentation says instead of a default that depends on the system.
      default =
        if rest != [ ] then null
        else if option ? defaultText then literal option.defaultText
        else if option ? default then pretty option.default
        else null;
      type = orNull "description" (if type == null then { } else type) (x: x);
      description = orNull "description" option text;
      example = if rest != [ ] then null else orNull "example" option literal;
      declarations = declarations option;
      reasons = map
        (reason: {
          inherit (reason) isUsed holds priority;
          value = pretty reason.value;
          place = place reason.file reason.pos;
        })
        (lib.places.explain option rest);
    };

  # What is expanded where a whole tree is shown; the values of others are shown as they are.
  isTree = type: builtins.elem type.name [ "attrsOf" "lazyAttrsOf" "submodule" "attrs" ];
  below = path: set: { children = map (name: { name = showOption (path ++ [ name ]); node = tree (path ++ [ name ]) set.${name}; }) (attrNames set); };
  tree = path: options:
    if isOption options then value path (isTree options.type) options.value else below path (removeAttrs options [ "_module" ]);
  value = path: expand: v:
    if expand && isAttrs v && !lib.isDerivation v && !(v ? _type) && v != { }
    then { children = map (name: { name = showOption (path ++ [ name ]); node = value (path ++ [ name ]) true v.${name}; }) (attrNames v); }
    else { text = pretty v; };

  at = path: lib.places.findOption options path;
in
{
  show = path:
    let found = at path; in
    if found ? missing then { kind = "missing"; name = showOption found.missing; inherit (found) siblings; }
    else if found ? set then { kind = "set"; names = attrNames found.set; }
    else describe path found;

  tree = path:
    let found = at path; in
    if found ? missing then { kind = "missing"; name = showOption found.missing; inherit (found) siblings; }
    else { kind = "tree"; node = if found ? set then below path found.set else value path true (lib.getAttrFromPath found.rest found.option.value); };

  # Every option that a user may set, for a search.
  list = map
    (option: {
      inherit (option) name type;
      description = if option.description == null then "" else text option.description;
    })
    (lib.documentation.listOptions options);
}
