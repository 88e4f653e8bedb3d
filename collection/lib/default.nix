# lib: functions for modules and packages, under the names and in the files that users of nixpkgs know. `import` of this
# file is the set itself; `lib.extend (final: prev: …)` adds to it. What works as a builtin is the builtin.
let
  inherit (import ./fixed-points.nix { lib = { inherit (import ./trivial.nix { lib = null; }) isFunction; }; }) makeExtensible;
in
makeExtensible (lib:
let
  load = file: import file { inherit lib; };

  # The subjects. Each is also an attribute, as `lib.strings`.
  subjects = {
    trivial = load ./trivial.nix;
    fixedPoints = load ./fixed-points.nix;
    attrsets = load ./attrsets.nix;
    lists = load ./lists.nix;
    strings = load ./strings.nix;
    stringsWithDeps = load ./strings-with-deps.nix;
    versions = load ./versions.nix;
    path = load ./path.nix;
    filesystem = load ./filesystem.nix;
    fileset = load ./fileset.nix;
    sources = load ./sources.nix;

    modules = load ./modules;
    options = load ./options.nix;
    types = load ./types;
    asserts = load ./asserts.nix;

    customisation = load ./customisation.nix;
    derivations = load ./derivations.nix;
    meta = load ./meta.nix;
    licenses = load ./licenses.nix;
    systems = load ./systems.nix;
    platforms = lib.systems.doubles;
    fetchers = load ./fetchers.nix;
    sourceTypes = load ./source-types.nix;
    kernel = load ./kernel.nix;
    maintainers = { };
    teams = { };

    cli = load ./cli.nix;
    generators = load ./generators.nix;
    gvariant = load ./gvariant.nix;
    documentation = load ./documentation.nix;
    places = load ./places.nix;
    debug = load ./debug.nix;
    misc = load ./deprecated.nix;
  };
in
subjects
// {
  inherit (builtins)
    abort add addErrorContext all any attrNames baseNameOf catAttrs compareVersions concatLists convertHash deepSeq dirOf div
    elem elemAt filter filterSource fromJSON fromTOML genList genericClosure getAttr getContext hasAttr hasContext hashFile
    hashString head intersectAttrs isAttrs isBool isFloat isInt isList isPath isString length lessThan listToAttrs map mapAttrs
    match mul parseDrvName pathExists placeholder readDir readFile readFileType removeAttrs replaceStrings seq sort split
    splitVersion stringLength sub substring tail throw toFile toJSON toString toXML trace tryEval typeOf unsafeDiscardStringContext
    unsafeDiscardOutputDependency unsafeGetAttrPos addDrvOutputDependencies appendContext ceil floor bitAnd bitOr bitXor;

  inherit (lib.trivial)
    id const pipe concat "or" and xor bitNot boolToString boolToYesNo mergeAttrs flip defaultTo mapNullable inNixShell
    inPureEvalMode min max importJSON importTOML warn warnIf warnIfNot throwIf throwIfNot checkListOfEnum info showWarnings
    nixpkgsVersion version isInOldestRelease oldestSupportedReleaseIsAtLeast mod compare splitByAndCompare functionArgs
    setFunctionArgs isFunction mirrorFunctionArgs toFunction fromHexString toHexString toBaseDigits;
  inherit (lib.fixedPoints)
    fix fix' converge extends composeExtensions composeManyExtensions makeExtensible makeExtensibleWithCustomName toExtension;
  inherit (lib.attrsets)
    attrByPath hasAttrByPath setAttrByPath getAttrFromPath attrVals attrValues getAttrs filterAttrs filterAttrsRecursive
    foldlAttrs foldAttrs collect nameValuePair mapAttrs' mapAttrsToList attrsToList concatMapAttrs mapAttrsRecursive
    mapAttrsRecursiveCond mapAttrsToListRecursive mapAttrsToListRecursiveCond genAttrs genAttrs' isDerivation toDerivation
    optionalAttrs zipAttrsWithNames zipAttrsWith zipAttrs recursiveUpdateUntil recursiveUpdate matchAttrs mergeAttrsList
    overrideExisting showAttrPath getOutput getFirstOutput getBin getLib getStatic getDev getInclude getMan chooseDevOutputs
    recurseIntoAttrs dontRecurseIntoAttrs cartesianProduct mapCartesianProduct updateManyAttrsByPath longestValidPathPrefix;
  inherit (lib.lists)
    singleton forEach foldr fold foldl foldl' imap0 imap1 ifilter0 concatMap flatten remove findSingle findFirst count optional
    optionals toList range replicate partition zipListsWith zipLists reverseList listDfs toposort sortOn naturalSort
    compareLists take takeEnd drop dropEnd sublist last init crossLists unique uniqueStrings allUnique intersectLists
    subtractLists mutuallyExclusive groupBy groupBy' concatAttrValues replaceElemAt;
  inherit (lib.strings)
    join concatStrings concatMapStrings concatImapStrings concatStringsSep concatMapStringsSep concatImapStringsSep
    concatMapAttrsStringSep concatLines intersperse replaceString makeSearchPath makeSearchPathOutput makeLibraryPath
    makeIncludePath makeBinPath optionalString hasInfix hasPrefix hasSuffix stringToCharacters stringAsChars escape
    escapeShellArg escapeShellArgs escapeRegex escapeURL escapeXML isValidPosixName isStringLike isStorePath
    isConvertibleWithToString toShellVar toShellVars lowerChars upperChars toLower toUpper toSentenceCase toCamelCase
    addContextFrom splitString splitStringBy trim trimWith removePrefix removeSuffix versionOlder versionAtLeast getName
    getVersion nameFromURL enableFeature enableFeatureAs withFeature withFeatureAs cmakeOptionType cmakeBool cmakeFeature
    mesonOption mesonBool mesonEnable fixedWidthString fixedWidthNumber toInt toIntBase10 fileContents readPathsFromFile
    escapeNixIdentifier escapeNixString sanitizeDerivationName;
  inherit (lib.stringsWithDeps) textClosureList textClosureMap noDepEntry fullDepEntry packEntry stringAfter;
  inherit (lib.filesystem) pathType pathIsDirectory pathIsRegularFile packagesFromDirectoryRecursive;
  inherit (lib.sources)
    cleanSourceFilter cleanSource sourceByRegex sourceFilesBySuffices commitIdFromGitRepo cleanSourceWith pathHasContext
    canCleanSource pathIsGitRepo revOrTag repoRevToName;

  inherit (lib.modules)
    evalModules setDefaultModuleLocation unifyModuleSyntax applyModuleArgsIfFunction mergeModules mergeModules'
    mergeOptionDecls mergeDefinitions evalOptionValue pushDownProperties dischargeProperties filterOverrides sortProperties
    fixupOptionType mkIf mkAssert mkMerge mkOverride mkOptionDefault mkDefault mkImageMediaOverride mkForce mkVMOverride
    mkFixStrictness mkOrder mkBefore mkAfter mkDefinition mkAliasDefinitions mkAliasAndWrapDefinitions
    mkAliasAndWrapDefsWithPriority mkDerivedConfig fixMergeModules mkRemovedOptionModule mkRenamedOptionModule
    mkRenamedOptionModuleWith mkMergedOptionModule mkChangedOptionModule mkAliasOptionModule mkAliasOptionModuleMD doRename;
  inherit (lib.options)
    isOption mkOption mkEnableOption mkPackageOption mkSinkUndeclaredOptions mergeDefaultOption mergeOneOption
    mergeUniqueOption mergeEqualOption getValues getFiles optionAttrSetToDocList optionAttrSetToDocList' scrubOptionValue
    renderOptionValue literalExpression literalExample literalMD literalDocBook mdDoc showOption showFiles showDefs
    showOptionWithDefLocs unknownModule;
  inherit (lib.types) isType setType defaultTypeMerge defaultFunctor isOptionType mkOptionType;
  inherit (lib.asserts) assertMsg assertOneOf;

  inherit (lib.customisation)
    overrideDerivation makeOverridable callPackageWith callPackagesWith extendDerivation hydraJob makeScope
    makeScopeWithSplicing makeScopeWithSplicing' extendMkDerivation renameCrossIndexFrom renameCrossIndexTo mapCrossIndex;
  inherit (lib.derivations) lazyDerivation optionalDrvAttr warnOnInstantiate;
  inherit (lib.meta)
    addMetaAttrs dontDistribute setName updateName appendToName mapDerivationAttrset setPrio lowPrio lowPrioSet hiPrio
    hiPrioSet licensesSpdx getLicenseFromSpdxId getLicenseFromSpdxIdOr getExe getExe';

  inherit (lib.generators) mkLuaInline;
  inherit (lib.debug)
    traceIf traceVal traceValFn traceSeq traceSeqN traceValSeq traceValSeqFn traceValSeqN traceValSeqNFn traceFnSeqN runTests
    testAllTrue;
  inherit (lib.misc)
    maybeEnv defaultMergeArg defaultMerge foldArgs maybeAttrNullable maybeAttr ifEnable checkFlag getValue checkReqs uniqList
    uniqListExt condConcat lazyGenericClosure innerModifySumArgs modifySumArgs innerClosePropagation closePropagation nvs
    setAttr setAttrMerge mergeAttrsWithFunc mergeAttrsConcatenateValues mergeAttrsNoOverride mergeAttrByFunc
    mergeAttrsByFuncDefaults mergeAttrsByFuncDefaultsClean mergeAttrBy fakeHash fakeSha256 fakeSha512 nixType imap
    mapAttrsFlatten replaceChars;
})
