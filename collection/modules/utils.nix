# The functions that modules get as `utils`.
{ lib }:

let
  inherit (builtins) concatStringsSep isString replaceStrings substring toJSON;
  plain = lib.lowerChars ++ lib.upperChars ++ lib.stringToCharacters "0123456789:_./";
in
rec {
  # The name of the unit for a path, without its suffix: as systemd-escape --path.
  escapeSystemdPath = path:
    let
      parts = builtins.filter (part: isString part && part != "") (builtins.split "/" (toString path));
      joined = concatStringsSep "/" parts;
      escaped = lib.stringAsChars
        (c: if c == "/" then "-" else if builtins.elem c plain then c else "\\x${lib.toLower (lib.strings.hexByte (lib.strings.charToInt c))}")
        joined;
    in
    if parts == [ ] then "-"
    else if substring 0 1 escaped == "." then "\\x2e${substring 1 (-1) escaped}"
    else escaped;

  # One argument of a command line in a unit: quoted, and without what systemd would put in.
  escapeSystemdExecArg = arg:
    let
      text =
        if isString arg || builtins.isPath arg || lib.isDerivation arg then "${arg}"
        else if builtins.isInt arg || builtins.isFloat arg then toString arg
        else throw "escapeSystemdExecArg only allows strings, paths, numbers and derivations";
    in
    replaceStrings [ "%" "$" ] [ "%%" "$$" ] (toJSON text);
  escapeSystemdExecArgs = lib.concatMapStringsSep " " escapeSystemdExecArg;

  # The program of a shell, which may be a package or a path.
  toShellPath = shell:
    if lib.types.shellPackage.check shell then "/run/current-system/sw${shell.shellPath}"
    else if lib.types.package.check shell
    then throw "${shell} is not a shell package"
    else shell;
}
