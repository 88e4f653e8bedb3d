// Cases in which Firn does not yet say what Nix says, with the reason. A listed case that begins to agree fails the test.

export const knownDifferences: ReadonlyMap<string, string> = new Map([]);
