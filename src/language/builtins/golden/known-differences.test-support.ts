// Cases in which Firn does not yet say what Nix says, with the reason. A listed case that begins to agree fails the test.

export const knownDifferences: ReadonlyMap<string, string> = new Map([
  [
    'let n = builtins.toFile "n" "1 + 1"; in import n',
    "the store in memory holds what toFile makes; Nix without a writable store does not",
  ],
]);
