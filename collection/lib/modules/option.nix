# One option: its declarations are merged to one, and its definitions evaluated against that.
{ lib }:

let
  inherit (builtins) addErrorContext filter foldl' head length seq tail unsafeGetAttrPos;
  inherit (lib.options) showDefs showFiles showOption;
  inherit (import ./properties.nix { inherit lib; }) defaultOverridePriority mkOptionDefault;
  inherit (import ./definitions.nix { inherit lib; }) isPlain mergeDefinitions mergeSingle takesAsIs withoutPositions;
  inherit (import ./collect.nix { inherit lib; }) setDefaultModuleLocation;

  # Of a declaration: it is the attribute `name` of `set`, or says itself where it is.
  positionOf = decl:
    let pos = if decl ? set then unsafeGetAttrPos decl.name decl.set else decl.pos or null; in
    if pos == null then { file = decl._file; line = null; column = null; } else pos;

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
  evalOption = loc: { options, ... }@decl: defs:
    let
      all = evalWith
        {
          inherit loc;
          option = options;
          type =
            if options.type.getSubModules or null == null then options.type or lib.types.unspecified
            else options.type.substSubModules (subModulesOf decl);
          declared = { declarations = [ decl._file ]; positions = [ (positionOf decl) ]; };
        }
        defs
        value;
      value = addErrorContext "while evaluating the option `${showOption loc}':" (
        if !(hasPlainValue options defs) then all.value
        else
          let plain = if defs == [ ] then options.default else (head defs).value; in
          if options ? apply then options.apply plain else plain
      );
    in
    { inherit (all) option; inherit value; };

  hasPlainValue = { type ? lib.types.unspecified, readOnly ? false, ... }@option: defs:
    type.merge ? takesAsIs
    && type.deprecationMessage or null == null
    && (
      if defs == [ ] then option ? default && !(option.default ? _type) && takesAsIs type option.default
      else tail defs == [ ] && !readOnly && isPlain (head defs) && takesAsIs type (head defs).value
    );

  # The same for an option of several declarations.
  evalMerged = loc: decls: defs:
    let merged = mergeOptionDecls loc decls; in
    evalInContext
      {
        inherit loc;
        option = merged;
        type =
          if merged.type.getSubModules or null == null then merged.type or lib.types.unspecified
          else merged.type.substSubModules merged.options;
        declared = { inherit (merged) declarations; positions = merged.declarationPositions; };
      }
      defs;

  readOnlyTwice = loc: type: defs:
    let resolved = map (def: def // { value = (mergeDefinitions loc type [ def ]).mergedValue; }) defs; in
    throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefs resolved}";

  evalOptionValue = loc: option: defs:
    (evalInContext
      {
        inherit loc option;
        inherit (option) type;
        declared = { declarations = option.declarations or [ ]; positions = option.declarationPositions or [ null ]; };
      }
      defs).option;

  evalInContext = declaration: defs:
    let
      all = evalWith declaration defs value;
      value = addErrorContext "while evaluating the option `${showOption declaration.loc}':" all.value;
    in
    { inherit (all) option; inherit value; };

  # `value` is what the option says of itself: `value` of the result, in its error context.
  evalWith = { loc, option, type, declared }: defs: value:
    let
      default = value: { file = head declared.declarations; pos = head declared.positions; inherit value; };
      allDefs = if option ? default then [ (default (mkOptionDefault option.default)) ] ++ defs else defs;
      result =
        if defs == [ ] && option ? default && !(option.default ? _type) then mergeSingle loc type 1500 (default option.default)
        else if option.readOnly or false && length allDefs > 1 then readOnlyTwice loc type allDefs
        else if defs != [ ] && tail defs == [ ] && isPlain (head defs) then mergeSingle loc type defaultOverridePriority (head defs)
        else mergeDefinitions loc type allDefs;
      known = option // {
        inherit loc type value;
        inherit (declared) declarations;
        declarationPositions = declared.positions;
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
      warned = lib.warn
        "The type `types.${type.name}' of option `${showOption loc}' defined in ${showFiles declared.declarations} is deprecated. ${type.deprecationMessage}"
        known;
      isDeprecated = type.deprecationMessage or null != null;
    in
    {
      option = if isDeprecated then warned else known;
      value =
        let merged = if isDeprecated then seq warned result.mergedValue else result.mergedValue; in
        if option ? apply then option.apply merged else merged;
    };
in
{
  inherit evalMerged evalOption evalOptionValue fixupOptionType mergeOptionDecls;
}
