// Cases in which Firn does not yet say what Nix says, with the reason. A listed case that begins to agree fails the test.

const recovery = "toml11 goes on after this mistake and reports what it makes of the rest";

export const knownDifferences: ReadonlyMap<string, string> = new Map([
  ['builtins.fromTOML "a = \\"x\\ny\\""', recovery],
  ['builtins.fromTOML "a = {b=1\\n}"', recovery],
  ['builtins.fromTOML "a = [,]"', recovery],
  ['builtins.fromTOML "a = [i]"', recovery],
  [
    'let n = builtins.toFile "n" "1 + 1"; in import n',
    "the store in memory holds what toFile makes; Nix without a writable store does not",
  ],
]);
