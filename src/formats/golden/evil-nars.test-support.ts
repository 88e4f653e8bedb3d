// Archives that no writer makes, each with one thing wrong. The real Nix's words about them are in evil-nars.tsv.
// Run it with a folder to write them there as files, for tools/golden-formats.sh.

type Item = string | number | Uint8Array;

/** Strings become archive strings, numbers 64-bit lengths, arrays go in as they are. */
function archive(...items: readonly Item[]): Uint8Array {
  const bytes: number[] = [];
  for (const item of ["nix-archive-1", ...items]) put(bytes, item);
  return Uint8Array.from(bytes);
}

function put(bytes: number[], item: Item): void {
  if (typeof item === "number") bytes.push(...littleEndian(item));
  else if (typeof item === "string") {
    bytes.push(...littleEndian(item.length));
    for (let i = 0; i < item.length; i++) bytes.push(item.charCodeAt(i));
    while (bytes.length % 8 !== 0) bytes.push(0);
  } else bytes.push(...item);
}

function littleEndian(number: number): number[] {
  const bytes = [];
  for (let i = 0, left = number; i < 8; i++, left = Math.floor(left / 256)) bytes.push(left % 256);
  return bytes;
}

const file: readonly Item[] = ["(", "type", "regular", "contents", "hi", ")"];
const link: readonly Item[] = ["(", "type", "symlink", "target", "/etc", ")"];
const emptyDirectory: readonly Item[] = ["(", "type", "directory", ")"];
const entry = (name: string, node: readonly Item[]): readonly Item[] => [
  "entry",
  "(",
  "name",
  name,
  "node",
  ...node,
  ")",
];
const directory = (...entries: readonly (readonly Item[])[]): Uint8Array =>
  archive("(", "type", "directory", ...entries.flat(), ")");
const nested = (depth: number): readonly Item[] =>
  depth === 0 ? file : ["(", "type", "directory", ...entry("d", nested(depth - 1)), ")"];
const huge = Uint8Array.of(0xf8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

export const evilNars: Readonly<Record<string, Uint8Array>> = {
  empty: new Uint8Array(0),
  "text-instead": Uint8Array.from("this is not an archive, however long it is", (char) => char.charCodeAt(0)),
  "other-magic": archive().map((byte, at) => (at === 20 ? 50 : byte)),
  "only-magic": archive(),
  truncated: archive(...file).slice(0, -8),
  "truncated-in-contents": archive("(", "type", "regular", "contents", 100, Uint8Array.of(1, 2, 3)),
  "no-node": archive(")"),
  "no-type": archive("(", "regular"),
  "unknown-type": archive("(", "type", "device", ")"),
  "unknown-regular-tag": archive("(", "type", "regular", "sparse", ""),
  "executable-with-value": archive("(", "type", "regular", "executable", "yes", "contents", "hi", ")"),
  "executable-without-contents": archive("(", "type", "regular", "executable", "", ")"),
  "regular-not-closed": archive("(", "type", "regular", "contents", "hi", "("),
  "symlink-without-target": archive("(", "type", "symlink", ")"),
  "symlink-not-closed": archive("(", "type", "symlink", "target", "x", "entry"),
  "symlink-empty-target": archive("(", "type", "symlink", "target", "", ")"),
  "symlink-nul-target": archive("(", "type", "symlink", "target", "a\0b", ")"),
  "symlink-overlong-target": archive("(", "type", "symlink", "target", "x".repeat(4096), ")"),
  "directory-unknown-tag": archive("(", "type", "directory", "item"),
  "entry-not-opened": archive("(", "type", "directory", "entry", "name"),
  "entry-without-name": archive("(", "type", "directory", "entry", "(", "node"),
  "entry-without-node": archive("(", "type", "directory", "entry", "(", "name", "a", ")"),
  "entry-not-closed": archive("(", "type", "directory", "entry", "(", "name", "a", "node", ...file, "entry"),
  "name-empty": directory(entry("", file)),
  "name-dot": directory(entry(".", file)),
  "name-dot-dot": directory(entry("..", link)),
  "name-slash": directory(entry("a/b", file)),
  "name-absolute": directory(entry("/etc/passwd", file)),
  "name-nul": directory(entry("a\0b", file)),
  "name-overlong": directory(entry("x".repeat(256), file)),
  "same-name-file-file": directory(entry("a", file), entry("a", file)),
  "same-name-link-directory": directory(entry("a", link), entry("a", emptyDirectory)),
  "same-name-directory-file": directory(entry("a", emptyDirectory), entry("a", file)),
  "order-descending": directory(entry("b", file), entry("a", file)),
  "order-of-text-not-bytes": directory(entry("\xc3\xa4", file), entry("z", file)),
  "padding-of-tag": archive(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 1)),
  "padding-of-contents": archive("(", "type", "regular", "contents", 2, Uint8Array.of(104, 105, 0, 0, 0, 0, 1, 0), ")"),
  "tag-overlong": archive("x".repeat(33)),
  "tag-huge": archive(huge),
  "name-huge": archive("(", "type", "directory", "entry", "(", "name", huge),
  "target-huge": archive("(", "type", "symlink", "target", huge),
  "contents-huge": archive("(", "type", "regular", "contents", huge),
  "depth-65": archive(...nested(64)),
};

/** Archives at the limits, which have to be accepted. */
export const borderlineNars: Readonly<Record<string, Uint8Array>> = {
  "depth-64": archive(...nested(63)),
  "name-longest": directory(entry("x".repeat(255), file)),
  "target-longest": archive("(", "type", "symlink", "target", "x".repeat(4095), ")"),
  "order-of-bytes": directory(entry("Z", file), entry("a", file), entry("\xc3\xa4", file)),
  "names-that-look-odd": directory(
    entry("...", file),
    entry("a\nb", file),
    entry("a\\b", file),
    entry("~nix~case~hack~1", file),
  ),
  "empty-file": archive("(", "type", "regular", "contents", "", ")"),
  "empty-executable": archive("(", "type", "regular", "executable", "", "contents", "", ")"),
  "empty-directory": archive(...emptyDirectory),
  "eight-bytes": archive("(", "type", "regular", "contents", "12345678", ")"),
};
