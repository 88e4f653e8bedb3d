# The module system: a set of modules, each of which declares options and defines values for options of others, becomes one
# configuration. The parts, in the order in which they work: collect.nix loads modules and what they import, tree.nix merges
# declarations and definitions level by level, option.nix makes one option of its declarations, definitions.nix one value of
# its definitions, and properties.nix has what wraps a definition (mkIf, mkForce, …). aliases.nix makes modules that rename
# and remove options; messages.nix has the longer errors.
{ lib }:

let
  load = file: import file { inherit lib; };

  properties = load ./properties.nix;
  definitions = load ./definitions.nix;
  option = load ./option.nix;
  tree = load ./tree.nix;
  collect = load ./collect.nix;
  evaluate = load ./evaluate.nix;
  aliases = load ./aliases.nix;
in
{
  inherit (properties)
    defaultOverridePriority defaultOrderPriority mkIf mkAssert mkMerge mkOverride mkOptionDefault mkDefault
    mkImageMediaOverride mkForce mkVMOverride mkFixStrictness mkOrder mkBefore mkAfter mkDefinition mapDefinitionValue
    pushDownProperties dischargeProperties filterOverrides filterOverrides' sortProperties;
  defaultPriority = properties.defaultOverridePriority;

  inherit (definitions) mergeDefinitions mergeAttrDefinitionsWithPrio;
  inherit (option) mergeOptionDecls evalOptionValue fixupOptionType;
  inherit (tree) mergeModules mergeModules';
  inherit (collect)
    collectModules unifyModuleSyntax applyModuleArgsIfFunction setDefaultModuleLocation importApply importJSON importTOML;
  inherit (evaluate) evalModules fixMergeModules;

  inherit (aliases)
    doRename mkAliasOptionModule mkAliasOptionModuleMD mkRenamedOptionModule mkRenamedOptionModuleWith mkRemovedOptionModule
    mkMergedOptionModule mkChangedOptionModule mkAliasDefinitions mkAliasAndWrapDefinitions mkAliasAndWrapDefsWithPriority
    mkAliasIfDef mkDerivedConfig;

  # What lib.types shares with the parts.
  _internal = { inherit (definitions) checkAndMerge evalElement merge mergeAndCheck mergeValues takesAsIs; inherit (evaluate) evaluate; };
}
