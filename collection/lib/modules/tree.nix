# Declarations and definitions of all modules are merged level by level, each level of the option tree once. A definition
# keeps the file that it is from, and finds its line there when an error asks for it.
{ lib }:

let
  inherit (builtins)
    all attrNames concatLists concatMap filter head isAttrs isList length mapAttrs tail typeOf unsafeGetAttrPos zipAttrsWith;
  inherit (lib.options) isOption mkOption showOption;
  inherit (import ./properties.nix { inherit lib; }) mkIf mkOverride;
  inherit (import ./option.nix { inherit lib; }) evalMerged evalOption;
  messages = import ./messages.nix { inherit lib; };

  # For each name the definitions in all sets of a list.
  collectDefinitions = prefix: openDefs:
    if openDefs != [ ] && tail openDefs == [ ] then definitionsOf prefix (head openDefs)
    else zipAttrsWith (_: concatLists) (map (definitionsOf prefix) openDefs);

  # For each name its declaration, or the list of several.
  collectDeclarations = prefix: decls:
    if decls != [ ] && tail decls == [ ] then declarationsOf prefix (head decls)
    else zipAttrsWith (_: found: if tail found == [ ] then head found else found) (map (declarationsOf prefix) decls);

  # Definitions above all options are sets. Each that is not empty is kept as { file; set; wrap; }, where wrap puts the properties that were
  # around the set around each of its attributes (or is null).
  openDefinition = file: content:
    if !(content ? _type) then if { } == content then [ ] else [ { inherit file; set = content; wrap = null; } ]
    else if content._type == "merge" then concatMap (openDefinition file) content.contents
    else if content._type == "if" then openWithin file content (mkIf content.condition)
    else if content._type == "override" then openWithin file content (mkOverride content.priority)
    else if content._type == "definition" then openDefinition content.file content.value
    else [ { inherit file; set = content; wrap = null; } ];

  openWithin = file: content: wrap:
    map (d: { inherit (d) file set; wrap = if d.wrap == null then wrap else value: wrap (d.wrap value); })
      (openDefinition file content.content);

  openDefinitions = concatMap (def: openDefinition def.file def.value);

  # The definitions within such a set by name: [ { file; value; pos; } ].
  definitionsOf = prefix: { file, set, wrap }:
    if !isAttrs set then notASet prefix file set
    else if wrap == null then mapAttrs (name: value: [ { inherit file value; pos = unsafeGetAttrPos name set; } ]) set
    else mapAttrs (name: value: [ { inherit file; value = wrap value; pos = unsafeGetAttrPos name set; } ]) set;

  declarationsOf = prefix: { _file, options, ... }:
    if isAttrs options then mapAttrs (name: option: { inherit _file name; options = option; set = options; }) options
    else throw ''
      An option declaration for `${builtins.concatStringsSep "." prefix}' has type
      `${typeOf options}' rather than an attribute set.
      Did you mean to define this outside of `options'?
    '';

  notASet = prefix: file: value:
    let path = builtins.concatStringsSep "." prefix; in
    throw ''
      In module `${file}', you're trying to define a value of type `${typeOf value}'
      rather than an attribute set for the option
      `${path}'!

      This usually happens if `${path}' has option
      definitions inside that are not matched. Please check how to properly define
      this option by e.g. referring to `man 5 configuration.nix'!
    '';

  isDeclaration = loc: decl:
    decl.options ? _type
    && (decl.options._type == "option" || throw (messages.notAnOption loc decl.options._type decl._file));

  # Options within an option whose type is a submodule are options of that submodule.
  asSubmodule = decl:
    if isOption decl.options then decl
    else decl // {
      options = mkOption {
        type = lib.types.submoduleWith { modules = [ { inherit (decl) options; } ]; shorthandOnlyDefinesConfig = null; };
      };
    };

  showUnder = loc: decl: map (name: " - option(s) with prefix `${showOption (loc ++ [ name ])}' in module `${decl._file}'") (attrNames decl.options);

  # What is at `loc`, by a declaration or a list of several: { option; value; }, or a level. An option is not looked at to know that it is one.
  evalAt = loc: decl: defs:
    if isList decl then evalTogether loc decl defs
    else if isDeclaration loc decl then evalOption loc decl defs
    else evalLevel loc [ decl ] (openDefinitions defs);

  evalTogether = loc: decls: defs:
    let declared = filter (isDeclaration loc) decls; in
    if declared == [ ] then evalLevel loc decls (openDefinitions defs)
    else if length declared == length decls then evalMerged loc decls defs
    else if all (decl: decl.options.type.name or null == "submodule") declared
    then evalMerged loc (map asSubmodule decls) defs
    else
      let
        first = head declared;
        nested = filter (decl: !isOption decl.options) decls;
      in
      throw "The option `${showOption loc}' in module `${first._file}' would be a parent of the following options, but its type `${first.options.type.description or "<no description>"}' does not support nested options.\n${lib.concatStringsSep "\n" (builtins.sort builtins.lessThan (concatMap (showUnder loc) nested))}";

  below = name: def: def // { prefix = [ name ] ++ def.prefix or [ ]; };

  evalLevel = evalLevelExcept null;

  # { options; value; unmatched; }. `unmatched` are definitions without an option, each with its path below this level as
  # `prefix`; of the name `silent` there are none.
  evalLevelExcept = silent: prefix: decls: openDefs:
    let
      definitions = collectDefinitions prefix openDefs;
      results = mapAttrs (name: decl: evalAt (prefix ++ [ name ]) decl (definitions.${name} or [ ])) (collectDeclarations prefix decls);
    in
    {
      options = mapAttrs (_: result: result.option or result.options) results;
      value = mapAttrs (_: result: result.value) results;
      unmatched =
        if openDefs == [ ] then [ ]
        else concatMap
          (name:
            if name == silent then [ ]
            else if !(results ? ${name}) then map (below name) definitions.${name}
            else let result = results.${name}; in if result ? option then [ ] else map (below name) result.unmatched)
          (attrNames definitions);
    };

  # For callers from outside: the same as one level, under nixpkgs' names.
  mergeModules = prefix: modules:
    let
      opened = concatMap (m: openDefinition m._file m.config) modules;
      asConfig = { file, set, wrap }: { inherit file; config = if wrap == null || !isAttrs set then set else mapAttrs (_: wrap) set; };
    in
    mergeModules' prefix modules (map asConfig opened);

  mergeModules' = prefix: modules: configs:
    let level = evalLevel prefix modules (map (c: { inherit (c) file; set = c.config; wrap = null; }) configs); in
    { matchedOptions = level.options; unmatchedDefns = level.unmatched; };
in
{
  inherit below declarationsOf definitionsOf evalAt evalLevelExcept mergeModules mergeModules' openDefinition;
}
