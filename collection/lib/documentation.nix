# Options as documentation: data for JSON, and a manual page in roff.
{ lib }:

let
  inherit (builtins) concatStringsSep filter isString listToAttrs replaceStrings split substring;

  # Backslashes and hyphens must stay what they are.
  escapeRoff = replaceStrings [ "\\" "-" ] [ "\\e" "\\-" ];

  # No line of a text may begin as a request of roff.
  protectLines = text:
    lib.concatMapStringsSep "\n" (line: if builtins.elem (substring 0 1 line) [ "." "'" ] then "\\&${line}" else line)
      (filter isString (split "\n" text));

  # Markdown's code, and references such as {option}`a.b`, as bold; the text else as it stands.
  fromMarkdown = text:
    protectLines (lib.concatMapStrings (part: if isString part then escapeRoff part else "\\fB${escapeRoff (builtins.elemAt part 1)}\\fR")
      (split "(\\{[a-z]+})?`([^`]+)`" (lib.removeSuffix "\n" text)));

  # A value that documentation describes is text, or { _type; text; }.
  literal = value: value.text or (if isString value then value else lib.generators.toPretty { } value);

  section = title: body:
    if body == "" then "" else ".PP\n\\fI${title}:\\fR${if lib.hasPrefix "\n" body then "" else " "}${body}\n";
  code = value:
    let text = lib.removeSuffix "\n" (literal value); in
    if lib.hasInfix "\n" text then "\n.RS 4\n.nf\n${protectLines (escapeRoff text)}\n.fi\n.RE" else "\\fB${escapeRoff text}\\fR";

  entry = option: ''
    .PP
    \fB${escapeRoff option.name}\fR
    .RS 4
    ${fromMarkdown (literal (if option.description == null then "" else option.description))}
    ${section "Type" (escapeRoff (option.type + lib.optionalString option.readOnly " (read only)"))}${
      lib.optionalString (option ? default) (section "Default" (code option.default))}${
      lib.optionalString (option ? example) (section "Example" (code option.example))}${
      section "Declared by" (lib.concatMapStrings (file: "\n.br\n\\fB${escapeRoff file}\\fR") option.declarations)}.RE
  '';

  # Options in the order of a manual: `enable` and `package` first where they are.
  rank = name: if name == "enable" then "0" else if lib.hasPrefix "enable" name then "1${name}" else if lib.hasPrefix "package" name then "2${name}" else "3${name}";
in
rec {
  # The options that users see, in order, as a list of sets.
  listOptions = options:
    lib.sortOn (option: concatStringsSep "\t" (map rank option.loc))
      (filter (option: option.visible && !option.internal) (lib.optionAttrSetToDocList options));

  # { "a.b" = { description; type; default; … }; }, ready for builtins.toJSON.
  optionsToData = options: listToData (listOptions options);
  listToData = list: listToAttrs (map
    (option: {
      inherit (option) name;
      value = removeAttrs option [ "name" "visible" "internal" ] // { declarations = map toString option.declarations; };
    })
    list);

  # A manual page of section 5.
  optionsToManualPage = args@{ options, ... }: listToManualPage (removeAttrs args [ "options" ] // { list = listOptions options; });
  listToManualPage = { list, name ? "configuration.nix", title ? "the options of a system", date ? "" }: ''
    .TH "${lib.toUpper name}" "5" "${date}" "Firn" "Configuration"
    .SH NAME
    ${name} \- ${title}
    .SH OPTIONS
    ${lib.concatMapStrings entry (map (option: option // { declarations = map toString option.declarations; }) list)}'';
}
