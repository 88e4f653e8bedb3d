# One option: its declarations are merged to one, and its definitions evaluated against that.
{ lib }:

let
  inherit (builtins) addErrorContext filter foldl' head length seq tail;
  inherit (lib.options) showDefs showFiles showOption;
  inherit (import ./properties.nix { inherit lib; }) defaultOverridePriority mkOptionDefault;
  inherit (import ./definitions.nix { inherit lib; }) arePlain mergeDefinitions mergeSingle takesAsIs withoutPositions;
  inherit (import ./collect.nix { inherit lib; }) setDefaultModuleLocation;

  positionOf = decl: if decl.pos or null == null then { file = decl._file; line = null; column = null; } else decl.pos;

  alreadyDeclared = loc: merged: decl:
    let
      show = pos: "\n- Declared at `${pos.file}:${toString pos.line}:${toString pos.column}'";
      places = filter (pos: pos.line != null) (merged.declarationPositions ++ [ (positionOf decl) ]);
    in
    throw "The option `${showOption loc}' in `${decl._file}' is already declared in ${showFiles merged.declarations}.${lib.concatMapStrings show places}";

  subModulesOf = decl:
    let modules = decl.options.type.getSubModules or null; in
    if modules == null then [ ] else map (setDefaultModuleLocation decl._file) modules;

  # Two declarations of one option may add to each other; nothing may be said twice, and types must be able to merge.
  addDeclaration = loc: merged: decl:
    let
      twice = attr: decl.options ? ${attr} && merged ? ${attr};
      type = merged.type.typeMerge decl.options.type.functor;
    in
    if twice "default" || twice "example" || twice "description" || twice "apply" || (twice "type" && type == null)
    then alreadyDeclared loc merged decl
    else decl.options // merged // {
      declarations = merged.declarations ++ [ decl._file ];
      declarationPositions = merged.declarationPositions ++ [ (positionOf decl) ];
      options = subModulesOf decl ++ merged.options;
      ${if twice "type" then "type" else null} = type;
    };

  fromDeclaration = loc: decl: decl.options // {
    inherit loc;
    declarations = [ decl._file ];
    declarationPositions = [ (positionOf decl) ];
    options = subModulesOf decl;
  };

  # The option of a list of { _file; options = the option; pos; }.
  mergeOptionDecls = loc: decls: foldl' (addDeclaration loc) (fromDeclaration loc (head decls)) (tail decls);

  # An option with a type, into which the modules of all its declarations are put.
  fixupOptionType = loc: option:
    if option.type.getSubModules or null == null
    then option // { type = option.type or lib.types.unspecified; }
    else option // { type = option.type.substSubModules option.options; options = [ ]; };

  # { option; value; }: all that is known of the option, and its value alone. Most options are declared once and have only their
  # default or one plain definition, which a simple type takes as it stands; there the value is found without the rest.
  evalOption = loc: decls: defs:
    let
      all = evalDeclared loc decls defs value;
      value = addErrorContext "while evaluating the option `${showOption loc}':" (
        if tail decls == [ ] && hasPlainValue (head decls).options defs then
          let
            option = (head decls).options;
            plain = if defs == [ ] then option.default else (head defs).value;
          in
          if option ? apply then option.apply plain else plain
        else all.value
      );
    in
    { inherit (all) option; inherit value; };

  hasPlainValue = option: defs:
    let type = option.type or lib.types.unspecified; in
    type.merge ? takesAsIs
    && type.deprecationMessage or null == null
    && (
      if defs == [ ] then option ? default && !(option.default ? _type) && takesAsIs type option.default
      else tail defs == [ ] && !(option.readOnly or false) && arePlain defs && takesAsIs type (head defs).value
    );

  evalDeclared = loc: decls: defs:
    let
      single = head decls;
      merged = mergeOptionDecls loc decls;
      isSingle = tail decls == [ ];
      option = if isSingle then single.options else merged;
      type = option.type or lib.types.unspecified;
      takesModules = type.getSubModules or null != null;
    in
    evalWith {
      inherit loc option;
      type = if takesModules then type.substSubModules (if isSingle then subModulesOf single else merged.options) else type;
      declarations = if isSingle then [ single._file ] else merged.declarations;
      positions = if isSingle then [ (positionOf single) ] else merged.declarationPositions;
    } defs;

  readOnlyTwice = loc: type: defs:
    let resolved = map (def: def // { value = (mergeDefinitions loc type [ def ]).mergedValue; }) defs; in
    throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefs resolved}";

  evalOptionValue = loc: option: defs:
    let
      all = evalWith
        {
          inherit loc option;
          inherit (option) type;
          declarations = option.declarations or [ ];
          positions = option.declarationPositions or [ null ];
        }
        defs
        (addErrorContext "while evaluating the option `${showOption loc}':" all.value);
    in
    all.option;

  # `value` is what the option says of itself: `value` of the result, in its error context.
  evalWith = { loc, option, type, declarations, positions }: defs: value:
    let
      default = value: { file = head declarations; pos = head positions; inherit value; };
      allDefs = if option ? default then [ (default (mkOptionDefault option.default)) ] ++ defs else defs;
      result =
        if defs == [ ] && option ? default && !(option.default ? _type) then mergeSingle loc type 1500 (default option.default)
        else if option.readOnly or false && length allDefs > 1 then readOnlyTwice loc type allDefs
        else if defs != [ ] && tail defs == [ ] && arePlain defs then mergeSingle loc type defaultOverridePriority (head defs)
        else mergeDefinitions loc type allDefs;
      attributes = {
        inherit loc type declarations value;
        declarationPositions = positions;
        options = [ ];
        inherit (result.defsFinal') highestPrio;
        definitions = map (def: def.value) result.defsFinal;
        files = map (def: def.file) result.defsFinal;
        definitionsWithLocations = withoutPositions result.defsFinal;
        definitionPositions = map (def: def.pos or null) result.defsFinal;
        # With their properties, also those that others override.
        allDefinitions = allDefs;
        inherit (result) isDefined;
        inherit (result.checkedAndMerged) valueMeta;
        __toString = _: showOption loc;
      };
      applied = if option ? apply then option.apply result.mergedValue else result.mergedValue;
      isDeprecated = type.deprecationMessage or null != null;
      warned = lib.warn
        "The type `types.${type.name}' of option `${showOption loc}' defined in ${showFiles declarations} is deprecated. ${type.deprecationMessage}"
        (option // attributes);
    in
    {
      option = if isDeprecated then warned else option // attributes;
      value = if isDeprecated then seq warned applied else applied;
    };
in
{
  inherit evalOption evalOptionValue fixupOptionType mergeOptionDecls;
}
