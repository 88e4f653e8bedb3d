// Paths of files that come with the language; no program can write them.

/** Where the wrapper that makes `derivation` of `derivationStrict` seems to lie; frames in it are not shown. */
export const derivationInternalPath = "\xc2\xabnix-internal\xc2\xbb/derivation-internal.nix";
