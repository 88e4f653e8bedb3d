# Packages as functions: called with the arguments that they name, overridden, gathered in scopes.
{ lib }:

let
  inherit (builtins) all attrNames filter head intersectAttrs isAttrs length listToAttrs mapAttrs removeAttrs seq;
  inherit (lib) functionArgs isFunction mirrorFunctionArgs setFunctionArgs;
  inherit (lib.strings) levenshtein levenshteinAtMost;
in
rec {
  overrideDerivation = drv: f:
    let
      spliced = if drv ? __spliced then { __spliced = mapAttrs (_: d: overrideDerivation d f) drv.__spliced; } else { };
    in
    extendDerivation (seq drv.drvPath true)
      ({ meta = drv.meta or { }; passthru = drv.passthru or { }; } // drv.passthru or { } // spliced)
      (derivation (drv.drvAttrs // f drv));

  # The result of `f` has `override`, which calls `f` again with other arguments.
  makeOverridable = f:
    let
      like = mirrorFunctionArgs f;
      call = args:
        let
          result = f args;
          override = like (new: makeOverridable f (args // (if isFunction new then new args else new)));
          after = g: makeOverridable (like (args: g (f args))) args;
        in
        if isAttrs result then
          result
          // {
            inherit override;
            overrideDerivation = new: after (drv: overrideDerivation drv new);
          }
          // (if result ? overrideAttrs then { overrideAttrs = new: after (drv: drv.overrideAttrs new); } else { })
        else if isFunction result then setFunctionArgs result (functionArgs result) // { inherit override; }
        else result;
    in
    if isAttrs f
    then f // like call // (if f ? override then { override = new: makeOverridable (f.override new); } else { })
    else like call;

  callPackageWith = autoArgs: fn: args:
    let
      f = if isFunction fn then fn else import fn;
      wanted = functionArgs f;
      given = intersectAttrs wanted autoArgs // args;
      missing = filter (name: !wanted.${name}) (attrNames (removeAttrs wanted (attrNames given)));
    in
    if missing == [ ] then makeOverridable f given
    else abort (missingArgument (autoArgs // args) wanted (head missing));

  missingArgument = known: wanted: name:
    let
      pos = builtins.unsafeGetAttrPos name wanted;
      place = if pos == null then "<unknown location>" else "${pos.file}:${toString pos.line}";
      near = map (s: "\"${s}\"") (lib.take 3 (lib.sortOn (levenshtein name) (filter (levenshteinAtMost 2 name) (attrNames known))));
      didYouMean =
        if near == [ ] then ""
        else if length near == 1 then ", did you mean ${head near}?"
        else ", did you mean ${lib.concatStringsSep ", " (lib.init near)} or ${lib.last near}?";
    in
    "lib.customisation.callPackageWith: Function called without required argument \"${name}\" at ${place}${didYouMean}";

  # For functions that return a set of packages.
  callPackagesWith = autoArgs: fn: args:
    let
      f = if isFunction fn then fn else import fn;
      given = intersectAttrs (functionArgs f) autoArgs // args;
      packages = f given;
      one = name: _: makeOverridable (mirrorFunctionArgs f (args: (f args).${name})) given;
    in
    if lib.isDerivation packages
    then throw "function `callPackages` was called on a *single* derivation \"${packages.name or "<unknown-name>"}\"; did you mean to use `callPackage` instead?"
    else mapAttrs one packages;

  # A derivation with further attributes, on all of its outputs; it cannot be built unless the condition holds.
  extendDerivation = condition: passthru: drv:
    let
      outputs = map
        (name: {
          inherit name;
          value = common // {
            inherit (drv.${name}) type outputName;
            outputSpecified = true;
            drvPath = assert condition; drv.${name}.drvPath;
            outPath = assert condition; drv.${name}.outPath;
          } // (if passthru ? overrideAttrs then { overrideAttrs = f: (passthru.overrideAttrs f).${name}; } else { });
        })
        (drv.outputs or [ "out" ]);
      common = drv // listToAttrs outputs // { all = map (o: o.value) outputs; } // passthru // {
        drvPath = assert condition; drv.drvPath;
        outPath = assert condition; drv.outPath;
      };
    in
    common;

  # Only what a build farm needs to know of a derivation.
  hydraJob = drv:
    let
      outputs = drv.outputs or [ "out" ];
      aggregate =
        if drv._hydraAggregate or false
        then { _hydraAggregate = true; constituents = map hydraJob (lib.flatten drv.constituents); }
        else { };
      common = { inherit (drv) name system meta; inherit outputs; } // aggregate // lib.genAttrs outputs output;
      output = outputName: common // {
        inherit (drv.${outputName}) outPath drvPath;
        type = "derivation";
        inherit outputName;
      };
      job = output (head outputs);
    in
    if drv == null then null else builtins.deepSeq job job;

  makeScope = newScope: f:
    let
      self = { callPackage = self.newScope { }; } // f self // {
        newScope = scope: newScope (self // scope);
        overrideScope = overlay: makeScope newScope (lib.extends overlay f);
        # Its older name.
        overrideScope' = self.overrideScope;
        packages = f;
      };
    in
    self;

  makeScopeWithSplicing = splicePackages: newScope: otherSplices: keep: extra: f:
    makeScopeWithSplicing' { inherit splicePackages newScope; } { inherit otherSplices keep extra f; };

  makeScopeWithSplicing' = tools@{ splicePackages, newScope }:
    args@{ otherSplices, keep ? _: { }, extra ? _: { }, f }:
    let
      base = splicePackages {
        pkgsBuildBuild = otherSplices.selfBuildBuild;
        pkgsBuildHost = otherSplices.selfBuildHost;
        pkgsBuildTarget = otherSplices.selfBuildTarget;
        pkgsHostHost = otherSplices.selfHostHost;
        pkgsHostTarget = self;
        pkgsTargetTarget = otherSplices.selfTargetTarget;
      };
      spliced = extra base // base // keep self;
      self = f self // {
        newScope = scope: newScope (spliced // scope);
        callPackage = newScope spliced;
        overrideScope = overlay: makeScopeWithSplicing' tools (args // { f = lib.extends overlay f; });
        packages = f;
      };
    in
    self;

  # A function that makes derivations out of another one, whose arguments may be a function of the final ones.
  extendMkDerivation =
    { constructDrv
    , excludeDrvArgNames ? [ ]
    , excludeFunctionArgNames ? [ ]
    , extendDrvArgs
    , inheritFunctionArgs ? true
    , transformDrv ? lib.id
    }:
    {
      __functor = _: args:
        transformDrv (constructDrv (final:
          let previous = if isFunction args then args final else args; in
          removeAttrs previous excludeDrvArgNames // extendDrvArgs final previous));
      __functionArgs =
        let inherited = if inheritFunctionArgs then removeAttrs (functionArgs constructDrv) excludeDrvArgNames else { }; in
        removeAttrs (inherited // functionArgs (extendDrvArgs { })) excludeFunctionArgNames;
      inherit constructDrv excludeDrvArgNames extendDrvArgs transformDrv;
    };

  # --- one value for each pair of platforms ---

  renameCrossIndexFrom = prefix: x: {
    buildBuild = x."${prefix}BuildBuild";
    buildHost = x."${prefix}BuildHost";
    buildTarget = x."${prefix}BuildTarget";
    hostHost = x."${prefix}HostHost";
    hostTarget = x."${prefix}HostTarget";
    targetTarget = x."${prefix}TargetTarget";
  };

  renameCrossIndexTo = prefix: x: {
    "${prefix}BuildBuild" = x.buildBuild;
    "${prefix}BuildHost" = x.buildHost;
    "${prefix}BuildTarget" = x.buildTarget;
    "${prefix}HostHost" = x.hostHost;
    "${prefix}HostTarget" = x.hostTarget;
    "${prefix}TargetTarget" = x.targetTarget;
  };

  mapCrossIndex = f: { buildBuild, buildHost, buildTarget, hostHost, hostTarget, targetTarget }@index: mapAttrs (_: f) index;
}
