# What packages say about themselves: names, priorities, platforms, licences, their main program.
{ lib }:

let
  inherit (builtins) any isString match typeOf;
  inherit (lib) assertMsg isDerivation;
in
rec {
  addMetaAttrs = new: drv:
    if drv ? overrideAttrs
    then drv.overrideAttrs (old: { meta = old.meta or { } // new; })
    else drv // { meta = drv.meta or { } // new; };

  dontDistribute = addMetaAttrs { hydraPlatforms = [ ]; };

  setName = name: drv: drv // { inherit name; };
  updateName = f: drv: drv // { name = f drv.name; };
  appendToName = suffix: updateName (name: let parsed = builtins.parseDrvName name; in "${parsed.name}-${suffix}-${parsed.version}");
  mapDerivationAttrset = f: builtins.mapAttrs (_: package: if isDerivation package then f package else package);

  # The package with the lowest number is the one of which a profile takes a file that several have.
  defaultPriority = 5;
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = setPrio 10;
  lowPrioSet = mapDerivationAttrset lowPrio;
  hiPrio = setPrio (-10);
  hiPrioSet = mapDerivationAttrset hiPrio;

  platformMatch = platform: pattern:
    if isString pattern then platform.system or null == pattern
    else lib.matchAttrs (if pattern ? parsed then pattern else { parsed = pattern; }) platform;

  availableOn = platform: package:
    (!(package ? meta.platforms) || any (platformMatch platform) package.meta.platforms)
    && !any (platformMatch platform) (package.meta.badPlatforms or [ ]);

  licensesSpdx = lib.mapAttrs' (_: license: { name = license.spdxId; value = license; })
    (lib.filterAttrs (_: license: license ? spdxId) lib.licenses);

  getLicenseFromSpdxId = id: getLicenseFromSpdxIdOr id (
    lib.warn "getLicenseFromSpdxId: No license with the given SPDX ID found: ${id}" { shortName = id; spdxId = id; }
  );
  getLicenseFromSpdxIdOr =
    let byLowerCase = lib.mapAttrs' (name: value: { name = lib.toLower name; inherit value; }) licensesSpdx; in
    id: default: byLowerCase.${lib.toLower id} or default;

  getExe = x:
    let
      guessed = lib.warn
        "getExe: Package ${lib.escapeNixIdentifier (x.meta.name or x.pname or x.name)} does not have the meta.mainProgram attribute. We'll assume that the main program has the same name for now, but this behavior is deprecated, because it leads to surprising errors when the assumption does not hold. If the package has a main program, please set `meta.mainProgram` in its definition to make this warning go away. Otherwise, if the package does not have a main program, or if you don't control its definition, use getExe' to specify the name to the program, such as lib.getExe' foo \"bar\"."
        (lib.getName x);
    in
    getExe' x (x.meta.mainProgram or guessed);

  getExe' = x: name:
    assert assertMsg (isDerivation x)
      "lib.meta.getExe': The first argument is of type ${typeOf x}, but it should be a derivation instead.";
    assert assertMsg (isString name)
      "lib.meta.getExe': The second argument is of type ${typeOf name}, but it should be a string instead.";
    assert assertMsg (match ".*/.*" name == null)
      "lib.meta.getExe': The second argument \"${name}\" is a nested path with a \"/\" character, but it should just be the name of the executable instead.";
    "${lib.getBin x}/bin/${name}";

  cpeFullVersionWithVendor = vendor: version: { inherit vendor version; update = "*"; };
}
