# Values as text: configuration formats, and a form for people.
{ lib }:

let
  inherit (builtins)
    addErrorContext attrNames concatStringsSep elem filter head isAttrs isBool isFloat isInt isList isPath isString length
    mapAttrs match replaceStrings split tail toJSON typeOf;
  inherit (lib)
    concatMapStringsSep escape functionArgs isDerivation isFunction mapAttrsToList optional;
  inherit (lib.strings) escapeNixIdentifier escapeXML floatToString;
in
rec {
  # --- key and value ---

  mkValueStringDefault = { }: value:
    let unsupported = what: abort "generators.mkValueStringDefault: ${what} not supported: ${toPretty { } value}"; in
    if isInt value || isDerivation value then toString value
    else if isString value then value
    else if value == true then "true"
    else if value == false then "false"
    else if value == null then "null"
    else if isList value then unsupported "lists"
    else if isAttrs value then unsupported "attrsets"
    else if isFunction value then unsupported "functions"
    else if isFloat value then floatToString value
    else unsupported "this value is";

  mkKeyValueDefault = { mkValueString ? mkValueStringDefault { } }: separator: key: value:
    "${escape [ separator ] key}${separator}${mkValueString value}";

  toKeyValue = { mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false, indent ? "" }: set:
    let
      line = key: value: "${indent}${mkKeyValue key value}\n";
      lines = key: value: lib.concatMapStrings (line key) (if listsAsDuplicateKeys && isList value then value else [ value ]);
    in
    concatStringsSep "" (mapAttrsToList lines set);

  toINI =
    { mkSectionName ? escape [ "[" "]" ], mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false }: sections:
    let section = name: set: "[${mkSectionName name}]\n${toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } set}"; in
    concatStringsSep "\n" (mapAttrsToList section sections);

  toINIWithGlobalSection =
    { mkSectionName ? escape [ "[" "]" ], mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false }:
    { globalSection, sections ? { } }:
    (if globalSection == { } then "" else toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } globalSection + "\n")
    + toINI { inherit mkSectionName mkKeyValue listsAsDuplicateKeys; } sections;

  # As git reads it: sections within sections become [section "sub.section"], lists become repeated keys.
  toGitINI = set:
    let
      isSection = value: isAttrs value && !isDerivation value;

      mkSectionName = name:
        let parts = lib.splitString "." name; in
        if length parts == 1 || lib.hasInfix "\"" name then name
        else "${head parts} \"${concatStringsSep "." (tail parts)}\"";

      quote = replaceStrings [ "\n" "\t" "\"" "\\" ] [ "\\n" "\\t" "\\\"" "\\\\" ];
      mkValueString = value: mkValueStringDefault { } (if isString value then "\"${quote value}\"" else value);
      line = key: value: "\t" + mkKeyValueDefault { inherit mkValueString; } " = " key value;
      mkKeyValue = key: value: concatMapStringsSep "\n" (line key) (lib.toList value);

      # { "a.b".c = value; } of { a.b.c = value; }
      flatten = path: value:
        if isSection value then lib.concatMap (name: flatten (path ++ [ name ]) value.${name}) (attrNames value)
        else if length path == 1 then [ { ${head path} = value; } ]
        else [ { ${concatStringsSep "." (lib.init path)}.${lib.last path} = value; } ];

      isNested = _: value: isAttrs value && lib.any isSection (lib.attrValues value);
      nested = lib.filterAttrs isNested set;
      flat = builtins.foldl' lib.recursiveUpdate { } (flatten [ ] nested);
    in
    toINI { inherit mkKeyValue mkSectionName; } (removeAttrs set (attrNames nested) // flat);

  mkDconfKeyValue = mkKeyValueDefault { mkValueString = value: toString (lib.gvariant.mkValue value); } "=";
  toDconfINI = toINI { mkKeyValue = mkDconfKeyValue; };

  # --- structured formats ---

  toJSON = { }: builtins.toJSON;
  toYAML = { }: builtins.toJSON;

  toPlist = { escape ? false }: value:
    let
      text = if escape then escapeXML else lib.id;
      render = indent: x:
        if x == null then ""
        else if isBool x then indent + (if x then "<true/>" else "<false/>")
        else if isInt x then "${indent}<integer>${toString x}</integer>"
        else if isString x then "${indent}<string>${text x}</string>"
        else if isList x then "${indent}<array>\n${concatMapStringsSep "\n" (render "\t${indent}") x}\n${indent}</array>"
        else if isAttrs x then "${indent}<dict>\n${concatStringsSep "\n" (entries "\t${indent}" x)}\n${indent}</dict>"
        else if isPath x then "${indent}<string>${text (toString x)}</string>"
        else if isFloat x then "${indent}<real>${toString x}</real>"
        else abort "generators.toPlist: should never happen (v = ${x})";
      entries = indent: set:
        lib.concatMap (name: [ "${indent}<key>${text name}</key>" (render indent set.${name}) ])
          (filter (name: name != "_module" && set.${name} != null) (attrNames set));
    in
    lib.warnIf (!escape) "Using `lib.generators.toPlist` without `escape = true` is deprecated" ''
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0">
      ${render "" value}
      </plist>'';

  toDhall = { }@args: value:
    if isAttrs value then "{ ${concatStringsSep ", " (mapAttrsToList (name: v: "${name} = ${toDhall args v}") value)} }"
    else if isList value then "[ ${concatMapStringsSep ", " (toDhall args) value} ]"
    else if isInt value then (if value < 0 then "" else "+") + toString value
    else if isBool value then if value then "True" else "False"
    else if isFunction value then abort "generators.toDhall: cannot convert a function to Dhall"
    else if value == null then abort "generators.toDhall: cannot convert a null to Dhall"
    else builtins.toJSON value;

  mkLuaInline = expr: { _type = "lua-inline"; inherit expr; };

  toLua = { multiline ? true, indent ? "", asBindings ? false }@args: value:
    let
      inner = "${indent}  ";
      open = if multiline then "\n${inner}" else " ";
      close = if multiline then "\n${indent}" else " ";
      nested = toLua (args // { indent = if asBindings then indent else inner; asBindings = false; });
      table = items: if items == [ ] then "{}" else "{${open}${concatStringsSep ",${open}" items}${close}}";
      badNames = filter (name: match "[[:alpha:]_][[:alnum:]_]*(\\.[[:alpha:]_][[:alnum:]_]*)*" name == null) (attrNames value);
    in
    if asBindings then
      assert lib.assertMsg (badNames == [ ]) "Bad Lua var names: ${toPretty { } badNames}";
      lib.concatStrings (mapAttrsToList (name: v: "${indent}${name} = ${nested v}\n") value)
    else if value == null then "nil"
    else if isInt value || isFloat value || isString value || isBool value then builtins.toJSON value
    else if isPath value || isDerivation value then builtins.toJSON "${value}"
    else if isList value then table (map nested value)
    else if isAttrs value then
      if value._type or null == "lua-inline" then "(${value.expr})"
      else table (mapAttrsToList (name: v: "[${builtins.toJSON name}] = ${nested v}") value)
    else abort "generators.toLua: type ${typeOf value} is unsupported";

  # --- for people ---

  # A value that evaluates to a limited depth.
  withRecursion = { depthLimit, throwOnDepthLimit ? true }:
    assert isInt depthLimit;
    let
      opaque = [ "__functor" "__functionArgs" "__toString" "__pretty" ];
      cut = depth: value:
        if depth <= depthLimit then value
        else if throwOnDepthLimit
        then throw "Exceeded maximum eval-depth limit of ${toString depthLimit} while trying to evaluate with `generators.withRecursion'!"
        else "<unevaluated>";
      walk = depth: value:
        let next = x: walk (depth + 1) (cut (depth + 1) x); in
        if isAttrs value then mapAttrs (name: if elem name opaque then lib.id else next) value
        else if isList value then map next value
        else cut (depth + 1) value;
    in
    walk 0;

  # Nix syntax where there is one.
  toPretty = { allowPrettyValues ? false, multiline ? true, indent ? "" }:
    let
      string = open: close: value:
        let
          lines = filter isString (split "\n" value);
          quoted = concatMapStringsSep "\\n" (escape [ "\\" "\"" "\${" ]) lines;
          indented = map (replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) lines;
          end = lib.last indented;
        in
        if multiline && length lines > 1
        then "''" + open + concatStringsSep open (lib.init indented) + (if end == "" then close else open + end) + "''"
        else "\"${quoted}\"";

      function = value:
        let args = functionArgs value; in
        if args == { } then "<function>"
        else "<function, args: {${concatStringsSep ", " (mapAttrsToList (name: optional: if optional then "${name}?" else name) args)}}>";

      show = indent: value:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
          inner = show (indent + "  ");
          attribute = name: v: "${escapeNixIdentifier name} = ${addErrorContext "while evaluating an attribute `${name}`" (inner v)};";
        in
        if isInt value then toString value
        else if isFloat value then builtins.toJSON value
        else if isString value then string open close value
        else if value == true then "true"
        else if value == false then "false"
        else if value == null then "null"
        else if isPath value then toString value
        else if isList value then if value == [ ] then "[ ]" else "[${open}${concatMapStringsSep open inner value}${close}]"
        else if isFunction value then function value
        else if isAttrs value then
          if allowPrettyValues && value ? __pretty && value ? val then value.__pretty value.val
          else if value == { } then "{ }"
          else if value.type or null == "derivation" then "<derivation ${value.name or "???"}>"
          else "{${open}${concatStringsSep open (mapAttrsToList attribute value)}${close}}"
        else abort "generators.toPretty: should never happen (v = ${value})";
    in
    show indent;
}
