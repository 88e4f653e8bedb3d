# Derivations that are looked at as late as possible.
{ lib }:

let
  show = lib.generators.toPretty { multiline = false; };

  at = prefix: name: set:
    let pos = builtins.unsafeGetAttrPos name set; in
    if pos == null then "" else "${prefix}${pos.file}:${toString pos.line}:${toString pos.column}";
in
rec {
  inherit (builtins) addDrvOutputDependencies unsafeDiscardOutputDependency;

  # A derivation whose attribute names are known before it is evaluated; only the usual ones, and those of `passthru`.
  lazyDerivation = args@{ derivation, meta ? null, passthru ? { }, outputs ? [ "out" ] }:
    let
      definedAt = if lib.isString (derivation.meta.position or null) then ",\n    defined at ${derivation.meta.position}" else "";
      checked =
        if derivation.type or null != "derivation" then throw "lazyDerivation: input must be a derivation."
        else if derivation.outputs != outputs then throw ''
          lib.lazyDerivation: The derivation ${derivation.name or "<unknown>"} has outputs that don't match the assumed outputs.

          Assumed outputs passed to lazyDerivation${at ",\n    at " "outputs" args}:
              ${show outputs};

          Actual outputs of the derivation${definedAt}:
              ${show derivation.outputs}

          Pass the actual outputs to lazyDerivation, in the same order, if they are known ahead of evaluating the derivation.
        ''
        else derivation;
    in
    {
      type = "derivation";
      inherit (checked) outPath outputName drvPath name system;
      inherit outputs;
      meta = args.meta or checked.meta;
    }
    // lib.genAttrs outputs (output: checked.${output})
    // passthru;

  optionalDrvAttr = condition: value: if condition then value else null;

  warnOnInstantiate = message: drv:
    drv
    // builtins.mapAttrs (_: lib.warn message) (removeAttrs drv [ "meta" "name" "type" "outputName" ])
    // (
      if builtins.isFunction (drv.overrideAttrs or null)
      then { overrideAttrs = f: warnOnInstantiate message (drv.overrideAttrs f); }
      else { }
    );
}
