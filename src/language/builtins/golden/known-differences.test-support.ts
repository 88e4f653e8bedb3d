// Cases in which Firn does not yet say what Nix says, with the reason. A listed case that begins to agree fails the test.

const usage =
  "Nix counts it as a mistake in usage and adds where to find help, which here the command would have to do";
const recovery = "toml11 goes on after this mistake and reports what it makes of the rest";

export const knownDifferences: ReadonlyMap<string, string> = new Map([
  ['builtins.hashString "foo" "a"', usage],
  ['builtins.hashString "crc" ""', usage],
  ['builtins.hashFile "x" /base/none', usage],
  [
    'builtins.convertHash { hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; hashAlgo = "sha256"; toHashFormat = "x"; }',
    usage,
  ],
  ['builtins.fromTOML "a = \\"x\\ny\\""', recovery],
  ['builtins.fromTOML "a = {b=1\\n}"', recovery],
  ['builtins.fromTOML "a = [,]"', recovery],
  [
    'let n = builtins.toFile "n" "1 + 1"; in import n',
    "the store in memory holds what toFile makes; Nix without a writable store does not",
  ],
]);
