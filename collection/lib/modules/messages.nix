# The longer errors of the module system.
{ lib }:

let
  inherit (builtins) concatStringsSep elem filter fromJSON head length;
  inherit (lib.options) showDefs showOption unknownModule;
  inherit (lib.strings) escapeNixIdentifier escapeNixString levenshtein levenshteinAtMost;

  escape = fromJSON "\"\\u001b\"";
  style = code: text: "${escape}[${code}m${text}${escape}[0m";
  wrong = style "1;35";
  good = style "1;32";
  code = style "1";
  paragraphs = lib.concatMapStringsSep "\n\n" lib.trim;
in
{
  unsupportedAttributes = key: names:
    "Module `${key}' has an unsupported attribute `${head names}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${toString names}) into the explicit `config' attribute.";

  wrongClass = class: m: ''
    The module `${m._file or m.key}` (class: ${escapeNixString m._class}) cannot be imported into a module evaluation that expects class ${escapeNixString class}.

    Help:
    - Ensure that you are importing the correct module.
    - Verify that the module's `_class`, ${escapeNixString m._class} matches the expected `class` ${escapeNixString class}.
    - If you are using a custom class, make sure it is correctly defined and used consistently across your modules.
  '';

  ambiguousDisabled = file: m:
    "Module `${file}` contains a disabledModules item that is an attribute set that can be converted to a string (${toString m}) but also has a `.key` attribute (${m.key}) with a different value. This makes it ambiguous which module should be disabled.";

  badDisabled = file: m:
    if builtins.isAttrs m
    then "Module `${file}` contains a disabledModules item that is an attribute set, presumably a module, that does not have a `key` attribute. This means that the module system doesn't have any means to identify the module that should be disabled. Make sure that you've put the correct value in disabledModules: a string path relative to modulesPath, a path value, or an attribute set with a `key` attribute."
    else "Each disabledModules item must be a path, string, or a attribute set with a key attribute, or a value supported by toString. However, one of the disabledModules items in `${toString file}` is none of that, but is of type ${builtins.typeOf m}.";

  # Something that has a _type, and not that of a module, where a module belongs.
  notAModule = { _type, class, file, prefix }:
    let
      intoFile = lib.optionalString (file != null && file != unknownModule) ", while trying to load a module into ${toString file}";
      intoOption = lib.optionalString (prefix != [ ]) ", while trying to load a module into ${code (showOption prefix)}";
      hints = {
        configuration = [
          ''
            If you really mean to import this configuration, instead please only import the modules that make up the configuration.
            You may have to create a `let` binding, file or attribute to give yourself access to the relevant modules.
            While loading a configuration into the module system is a very sensible idea, it can not be done cleanly in practice.
          ''
        ];
        flake = [
          (''
            Perhaps you forgot to select an attribute name?
            Instead of, for example,
                ${wrong "inputs.someflake"}
            you need to write something like
                ${wrong "inputs.someflake"}${good ".modules.${if class == null then "someApp" else class}.default"}
          '' + lib.optionalString (elem class [ "nixos" "darwin" ]) ''
            or
                ${wrong "inputs.someflake"}${good ".${class}Modules.default"}
          '')
        ];
      };
    in
    paragraphs ([
      ''
        Expected a module, but found a value of type ${wrong (escapeNixString _type)}${intoFile}${intoOption}.
        A module is typically loaded by adding it to the ${code "imports = [ ... ];"} attribute of an existing module, or in the ${code "modules = [ ... ];"} argument of various functions.
        Please make sure that each of the list items is a module, and not a different kind of value.
      ''
    ] ++ hints.${_type} or [ ]);

  # A declaration that is neither an option nor a set of them.
  notAnOption = loc: type: file:
    let name = escapeNixIdentifier (lib.last loc); in
    "In module ${file}: expected an option declaration at option path `${showOption loc}` but got an attribute set with type ${type}"
    + lib.optionalString (type == "option-type") (concatStringsSep "\n" ([
      "\n"
      "When declaring an option, you must wrap the type in a `mkOption` call. It should look somewhat like:"
      ""
    ] ++ lib.optional (length loc > 1) "    # ${showOption loc}" ++ [
      "    ${name} = lib.mkOption {"
      "      description = ...;"
      "      type = <the type you wrote for ${name}>;"
      "      ..."
      "    };"
      ""
    ]));

  # Definitions of an option that no module declares. `siblings` are the options that exist beside it.
  undeclared = { prefix, def, siblings, optionsAreEmpty }:
    let
      loc = prefix ++ def.prefix;
      parent = lib.init loc;
      name = lib.last loc;
      values = builtins.addErrorContext
        "while evaluating the error message for definitions for `${showOption loc}', which is an option that does not exist"
        (builtins.addErrorContext "while evaluating a definition from `${def.file}'" (showDefs [ def ]));

      near = if length siblings < 100 then siblings else filter (levenshteinAtMost 2 name) siblings;
      suggestions = map (s: "`${showOption (parent ++ [ s ])}'") (lib.take 3 (lib.sortOn (levenshtein name) near));
      didYouMean =
        if suggestions == [ ] then ""
        else if length suggestions == 1 then "\n\nDid you mean ${head suggestions}?"
        else "\n\nDid you mean ${concatStringsSep ", " (lib.init suggestions)} or ${lib.last suggestions}?";

      message = "The option `${showOption loc}' does not exist. Definition values:${values}${didYouMean}";
    in
    if !optionsAreEmpty then message
    else if prefix == [ ] then ''
      ${message}

      It seems as if you're trying to declare an option by placing it into `config' rather than `options'!
    ''
    else ''
      ${message}

      However there are no options defined in `${showOption prefix}'. Are you sure you've
      declared your options properly? This can happen if you e.g. declared your options in `types.submodule'
      under `config' rather than `options'.
    '';
}
