# Command lines out of attribute sets.
{ lib }:

let
  inherit (builtins) concatMap isBool isList stringLength;
  defaultText = lib.generators.mkValueStringDefault { };
  deprecated = name: new: lib.warn "lib.cli.${name} is deprecated, please use ${new} instead.";
  toGNU =
    { mkOptionName ? name: if stringLength name == 1 then "-${name}" else "--${name}"
    , mkBool ? name: value: lib.optional value (mkOptionName name)
    , mkList ? name: values: concatMap (mkOption name) values
    , mkOption ? name: value:
        if value == null then [ ]
        else if optionValueSeparator == null then [ (mkOptionName name) (defaultText value) ]
        else [ "${mkOptionName name}${optionValueSeparator}${defaultText value}" ]
    , optionValueSeparator ? null
    }:
    options:
    let
      render = name: value:
        if isBool value then mkBool name value
        else if isList value then mkList name value
        else mkOption name value;
    in
    lib.concatLists (lib.mapAttrsToList render options);
in
rec {
  # `optionFormat` says for a name: { option; sep; explicitBool; formatArg; }. With a separator, option and value are one word.
  toCommandLine = optionFormat: options:
    let
      one = name: value:
        let
          format = optionFormat name;
          text = (format.formatArg or defaultText) value;
        in
        if value == null || (!format.explicitBool && value == false) then [ ]
        else if !format.explicitBool && value == true then [ format.option ]
        else if format.sep == null then [ format.option text ]
        else [ "${format.option}${format.sep}${text}" ];
      render = name: value:
        if name == "" then throw "lib.cli.toCommandLine only accepts non-empty option names."
        else if isList value then concatMap (one name) value
        else one name value;
    in
    lib.concatLists (lib.mapAttrsToList render options);

  toCommandLineGNU = { isLong ? name: stringLength name > 1, explicitBool ? false, formatArg ? defaultText }:
    toCommandLine (name: {
      option = if isLong name then "--${name}" else "-${name}";
      sep = if isLong name then "=" else "";
      inherit explicitBool formatArg;
    });

  toCommandLineShell = optionFormat: options: lib.escapeShellArgs (toCommandLine optionFormat options);
  toCommandLineShellGNU = format: options: lib.escapeShellArgs (toCommandLineGNU format options);

  toGNUCommandLine = deprecated "toGNUCommandLine" "lib.cli.toCommandLine or lib.cli.toCommandLineShellGNU" toGNU;
  toGNUCommandLineShell =
    deprecated "toGNUCommandLineShell" "lib.cli.toCommandLineShell or lib.cli.toCommandLineShellGNU"
      (format: options: lib.escapeShellArgs (toGNU format options));
}
