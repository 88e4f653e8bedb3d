# Options: made, described, merged, shown in errors, and listed for documentation.
{ lib }:

let
  inherit (builtins)
    addErrorContext all concatLists concatMap concatStringsSep filter foldl' head isAttrs isBool isInt isList isString length
    mapAttrs match split tail tryEval;
  inherit (lib) optional optionalAttrs toList;

  priorityHint = "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.\n";

  # Merge functions that accept definitions with a position, and name it in their errors.
  positioned = merge: { __functor = _: merge; positioned = merge; };

  # One that takes a value as it stands when it is alone.
  takingOneAsIs = merge: positioned merge // { takesAsIs = _: true; };
in
rec {
  isOption = value: value._type or null == "option";

  mkOption =
    { default ? null, defaultText ? null, example ? null, description ? null, relatedPackages ? null, type ? null, apply ? null
    , internal ? null, visible ? null, readOnly ? null, options ? null }@attrs:
    attrs // { _type = "option"; };

  mkEnableOption = name: mkOption {
    default = false;
    example = true;
    description = "Whether to enable ${name}.";
    type = lib.types.bool;
  };

  mkPackageOption = pkgs: name:
    { nullable ? false, default ? name, example ? null, extraDescription ? "", pkgsText ? "pkgs" }:
    let
      path = toList default;
      text = lib.showAttrPath path;
    in
    mkOption (
      {
        description = "The ${if isList name then lib.last name else name} package to use."
          + (if extraDescription == "" then "" else " ${extraDescription}");
        type = if nullable then lib.types.nullOr lib.types.package else lib.types.package;
      }
      // (
        if default != null then {
          default = lib.attrByPath path (throw "${text} cannot be found in ${pkgsText}") pkgs;
          defaultText = literalExpression "${pkgsText}.${text}";
        }
        else optionalAttrs nullable { default = null; }
      )
      // optionalAttrs (example != null) {
        example = literalExpression (if isList example then "${pkgsText}.${lib.showAttrPath example}" else example);
      }
    );

  # Takes every definition and has no value: for modules shared with sets of modules that lack what they define.
  mkSinkUndeclaredOptions = attrs: mkOption ({
    internal = true;
    visible = false;
    default = false;
    description = "Sink for option definitions.";
    type = lib.types.mkOptionType {
      name = "sink";
      check = _: true;
      merge = _: _: false;
    };
    apply = _: throw "Option value is not readable because the option is not declared.";
  } // attrs);

  # --- merging definitions ---

  mergeDefaultOption = takingOneAsIs (loc: defs:
    let
      values = getValues defs;
      mergeDefault = mergeDefaultOption.positioned loc;
    in
    if length values == 1 then head values
    else if all lib.isFunction values then x: mergeDefault (map (def: def // { value = def.value x; }) defs)
    else if all isList values then concatLists values
    else if all isAttrs values then foldl' lib.mergeAttrs { } values
    else if all isBool values then foldl' lib."or" false values
    else if all isString values then lib.concatStrings values
    else if all isInt values && all (x: x == head values) values then head values
    else throw "Cannot merge definitions of `${showOption loc}'. Definition values:${showDefs defs}");

  mergeOneOption = takingOneAsIs (mergeUniqueOption { message = ""; }).positioned;

  mergeUniqueOption = { message, merge ? loc: defs: (head defs).value }: positioned (loc: defs:
    if length defs == 1 then if merge ? positioned then merge.positioned loc defs else merge loc defs
    else
      assert defs != [ ];
      throw "The option `${showOption loc}' is defined multiple times while it's expected to be unique.\n${message}\nDefinition values:${showDefs defs}\n${priorityHint}");

  mergeEqualOption = takingOneAsIs (loc: defs:
    if defs == [ ] then abort "This case should never happen."
    else if length defs == 1 then (head defs).value
    else
      let
        first = head defs;
        others = filter (def: def.value != first.value) (tail defs);
      in
      if others == [ ] then first.value
      else throw "The option `${showOption loc}' has conflicting definition values:${showDefs [ first (head others) ]}\n${priorityHint}");

  getValues = map (def: def.value);
  getFiles = map (def: def.file);

  # --- in errors ---

  unknownModule = "<unknown-file>";

  showOption =
    let part = name: if name == "*" || match "<(.*)>" name != null then name else lib.escapeNixIdentifier name; in
    path: concatStringsSep "." (map part path);

  showFiles = files: concatStringsSep " and " (map (file: "`${file}'") files);

  # The file that a definition is from, and its place in there if that is known. Sets that this lib has made say nothing.
  showPlace = def:
    let
      pos = def.pos or null;
      file = toString def.file;
      isKnown = pos.line != null && (pos.file == file || (file == unknownModule && !lib.hasPrefix "${toString ./.}/" pos.file));
    in
    if pos != null && isKnown then "${pos.file}:${toString pos.line}:${toString pos.column}" else file;

  # One line for each definition: where it is, and the first lines of its value if that can be evaluated.
  showDefs = lib.concatMapStrings (def:
    let
      shallow = lib.generators.withRecursion { depthLimit = 10; throwOnDepthLimit = false; } def.value;
      shown = tryEval (lib.generators.toPretty { } shallow);
      lines = filter isString (split "\n" shown.value);
      text = concatStringsSep "\n    " (lib.take 5 lines ++ optional (length lines > 5) "...");
      value = if !shown.success then "" else if length lines > 1 then ":\n    ${text}" else ": ${text}";
    in
    "\n- In `${showPlace def}'${value}");

  showOptionWithDefLocs = option: ''
    ${showOption option.loc}, with values defined in:
    ${lib.concatMapStringsSep "\n" (file: "  - ${file}") option.files}
  '';

  # --- for documentation ---

  # Every option of a tree, and those of the submodules in it, as plain data.
  optionAttrSetToDocList = optionAttrSetToDocList' [ ];

  optionAttrSetToDocList' = _: tree:
    concatMap
      (option:
        let
          name = showOption option.loc;
          type = option.type or { };
          visible = option.visible or true;
          hasDefault = option ? defaultText || option ? default
            || (type.emptyValue or { } ? value && type.getSubModules or null == null);
          under = option.type.getSubOptions option.loc;
          showUnder = if isBool visible then visible else visible == "transparent";
        in
        [
          ({
            inherit (option) loc;
            inherit name;
            description = option.description or null;
            declarations = filter (file: file != unknownModule) option.declarations;
            internal = option.internal or false;
            visible = if isBool visible then visible else visible == "shallow";
            readOnly = option.readOnly or false;
            type = type.description or "unspecified";
          }
          // optionalAttrs (option ? example) {
            example = addErrorContext "while evaluating the example of option `${name}`" (renderOptionValue option.example);
          }
          // optionalAttrs hasDefault {
            default =
              addErrorContext "while evaluating the ${if option ? defaultText then "defaultText" else "default value"} of option `${name}`"
                (renderOptionValue (option.defaultText or option.default or type.emptyValue.value));
          }
          // optionalAttrs (option.relatedPackages or null != null) { inherit (option) relatedPackages; })
        ]
        ++ (if !showUnder || under == { } then [ ] else optionAttrSetToDocList' option.loc under))
      (lib.collect isOption tree);

  # A value for documentation: packages by their name only.
  scrubOptionValue = x:
    if lib.isDerivation x then { type = "derivation"; drvPath = x.name; outPath = x.name; inherit (x) name; }
    else if isList x then map scrubOptionValue x
    else if isAttrs x then mapAttrs (_: scrubOptionValue) (removeAttrs x [ "_args" ])
    else x;

  renderOptionValue = value:
    if value ? _type && value ? text then value
    else literalExpression (lib.generators.toPretty { multiline = true; allowPrettyValues = true; } value);

  # Text that documentation shows as it stands, where a value would not say it.
  literalExpression = text:
    if isString text then { _type = "literalExpression"; inherit text; } else throw "literalExpression expects a string.";
  literalExample = lib.warn "lib.literalExample is deprecated, use lib.literalExpression instead, or use lib.literalMD for a non-Nix description."
    literalExpression;
  literalMD = text: if isString text then { _type = "literalMD"; inherit text; } else throw "literalMD expects a string.";
  literalDocBook = lib.warn "lib.literalDocBook is deprecated, use lib.literalMD instead" literalMD;
  literalCode = language: text: literalMD "```${language}\n${text}\n```\n";
  mdDoc = lib.warn "lib.mdDoc will be removed from nixpkgs in 24.11. Option descriptions are now in Markdown by default; you can remove any remaining uses of lib.mdDoc." lib.id;
}
