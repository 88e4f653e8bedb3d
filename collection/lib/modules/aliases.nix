# Modules for options that were renamed, merged, changed or removed, and definitions taken over from another option.
{ lib }:

let
  inherit (builtins) any filter map trace;
  inherit (lib) attrByPath getAttrFromPath optional optionalAttrs recursiveUpdate setAttrByPath warnIf;
  inherit (lib.options) mkOption showFiles showOption;
  inherit (import ./properties.nix { inherit lib; }) defaultOverridePriority mkIf mkMerge mkOverride;

  # The value of an obsolete option that nobody has set.
  unset = "_mkMergedOptionModule";
in
rec {
  # --- definitions of another option, with their properties ---

  mkAliasDefinitions = mkAliasAndWrapDefinitions lib.id;
  mkAliasAndWrapDefinitions = wrap: option: mkIf option.isDefined (wrap (mkMerge option.definitions));

  # With their priority too.
  mkAliasAndWrapDefsWithPriority = wrap: option:
    let priority = option.highestPrio or defaultOverridePriority; in
    mkIf option.isDefined (wrap (mkMerge (map (mkOverride priority) option.definitions)));

  mkAliasIfDef = lib.warn "Usage of 'mkAliasIfDef' has been deprecated. Use 'mkIf option.isDefined' instead."
    (option: mkIf option.isDefined);

  mkDerivedConfig = option: f: mkOverride (option.highestPrio or defaultOverridePriority) (f option.value);

  # --- modules ---

  doRename = { from, to, visible, warn, use, withPriority ? true, condition ? true }:
    { config, options, ... }:
    let
      old = getAttrFromPath from options;
      alias = if withPriority then mkAliasAndWrapDefsWithPriority else mkAliasAndWrapDefinitions;
    in
    {
      options = setAttrByPath from (mkOption {
        inherit visible;
        description = "Alias of {option}`${showOption to}`.";
        apply = _: use (attrByPath to (abort "Renaming error: option `${showOption to}' does not exist.") config);
        type = (attrByPath to { } options).type or (lib.types.submodule { });
      });
      config = mkIf condition (mkMerge [
        (optionalAttrs (options ? warnings) {
          warnings = optional (warn && old.isDefined)
            "The option `${showOption from}' defined in ${showFiles old.files} has been renamed to `${showOption to}'.";
        })
        (alias (setAttrByPath to) old)
      ]);
    };

  mkAliasOptionModule = from: to: doRename {
    inherit from to;
    visible = true;
    warn = false;
    use = lib.id;
  };
  mkAliasOptionModuleMD = lib.warn
    "mkAliasOptionModuleMD is deprecated and will be removed in 26.05; please use mkAliasOptionModule."
    mkAliasOptionModule;

  mkRenamedOptionModule = from: to: doRename {
    inherit from to;
    visible = false;
    warn = true;
    use = trace "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";
  };

  # Warns only once the release that brought the new name is the oldest one in use.
  mkRenamedOptionModuleWith = { from, to, sinceRelease }:
    let warn = lib.oldestSupportedReleaseIsAtLeast sinceRelease; in
    doRename {
      inherit from to warn;
      visible = false;
      use = warnIf warn "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";
    };

  mkRemovedOptionModule = name: instructions:
    { options, ... }:
    let old = getAttrFromPath name options; in
    {
      options = setAttrByPath name (mkOption {
        visible = false;
        apply = _: throw "The option `${showOption name}' can no longer be used since it's been removed. ${instructions}";
      });
      config.assertions = [
        {
          assertion = !old.isDefined;
          message = ''
            The option definition `${showOption name}' in ${showFiles old.files} no longer has any effect; please remove it.
            ${instructions}
          '';
        }
      ];
    };

  # `to` gets what `merge` makes of the configuration if any of the old options was set.
  mkMergedOptionModule = from: to: merge:
    { config, options, ... }:
    let isSet = path: getAttrFromPath path config != unset; in
    {
      options = builtins.foldl' recursiveUpdate { }
        (map (path: setAttrByPath path (mkOption { visible = false; default = unset; })) from);
      config = {
        warnings = map
          (path: "The option `${showOption path}' defined in ${showFiles (getAttrFromPath path options).files} has been changed to `${showOption to}' that has a different type. Please read `${showOption to}' documentation and update your configuration accordingly.")
          (filter isSet from);
      } // setAttrByPath to (mkMerge (optional (any isSet from) (merge config)));
    };

  mkChangedOptionModule = from: mkMergedOptionModule [ from ];
}
