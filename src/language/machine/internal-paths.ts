// Paths of files that come with the language; no program can write them.

/** Where the wrapper that makes `derivation` of `derivationStrict` seems to lie; frames in it are not shown. */
export const derivationInternalPath = "\xc2\xabnix-internal\xc2\xbb/derivation-internal.nix";

/**
 * A path as text. The files that come with the language lie in a root of their own, which is only seen where the path itself
 * is printed: `<nix/fetchurl.nix>` is the text "/fetchurl.nix".
 */
export function pathText(path: string): string {
  return path.startsWith("<nix/") ? path.slice(4, -1) : path;
}

/** The folder of a path, in its own root. */
export function folderOfPath(path: string): string {
  const text = pathText(path);
  const folder = text.slice(0, text.lastIndexOf("/")) || "/";
  return text === path ? folder : `<nix${folder}>`;
}

/** Whether it is not one of the machine's. */
export function isInternalPath(path: string): boolean {
  return !path.startsWith("/");
}
