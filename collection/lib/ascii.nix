# codeOf: the code of each ASCII character but NUL, which no Nix string can hold.
let
  inherit (builtins) elemAt fromJSON genList listToAttrs;
  hex = n: elemAt [ "0" "1" "2" "3" "4" "5" "6" "7" "8" "9" "a" "b" "c" "d" "e" "f" ] n;
  character = code: fromJSON "\"\\u00${hex (code / 16)}${hex (code - code / 16 * 16)}\"";
in
{
  codeOf = listToAttrs (genList (n: { name = character (n + 1); value = n + 1; }) 127);
}
