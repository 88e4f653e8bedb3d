// The files of a commit, written into a folder exactly as they are stored: no line ends changed, no filters run. What the
// tree says is not trusted: names that lead out of the folder are refused, and links are made last, so that nothing can
// be written through one.

import { closeSync, mkdirSync, openSync, readSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { FirnError } from "#formats";
import { hostPath } from "#host";
import { runGit } from "./git-program.ts";

export interface CommitTree {
  /** The folder of the repository itself (`.git`, or a bare one). */
  readonly gitFolder: string;
  readonly revision: string;
  /** Leaves out what .gitattributes marks with export-ignore. */
  readonly exportIgnore: boolean;
}

interface Entry {
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/** `into` is made, `scratch` is a name beside it for files that are gone afterwards. */
export function writeCommitTree(tree: CommitTree, into: string, scratch: string): void {
  const index = `${scratch}-index`;
  const contents = `${scratch}-contents`;
  const environment = { GIT_DIR: tree.gitFolder, GIT_INDEX_FILE: index };
  runGit(["read-tree", tree.revision], { environment });
  const all = parseIndex(runGit(["ls-files", "--stage", "-z"], { environment }));
  const entries = tree.exportIgnore ? withoutExportIgnored(all, environment) : all;
  mkdirSync(hostPath(into));
  for (const folder of foldersOf(entries)) mkdirSync(hostPath(`${into}/${folder}`));
  const blobs = entries.filter(({ mode }) => mode !== "160000");
  const descriptor = openSync(hostPath(contents), "w+");
  try {
    const input = Buffer.from(blobs.map(({ object }) => `${object}\n`).join(""), "latin1");
    runGit(["cat-file", "--batch"], { environment, input, outputDescriptor: descriptor });
    const reader = new BlobReader(descriptor);
    const links: (readonly [target: string, path: string])[] = [];
    for (const { mode, path } of blobs) {
      if (mode === "120000") links.push([reader.readText(), path]);
      else reader.copyTo(`${into}/${path}`, mode === "100755" ? 0o755 : 0o644);
    }
    for (const [target, path] of links) symlinkSync(hostPath(target), hostPath(`${into}/${path}`));
  } finally {
    closeSync(descriptor);
    rmSync(hostPath(contents), { force: true });
    rmSync(hostPath(index), { force: true });
  }
}

function parseIndex(listing: string): Entry[] {
  return listing
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const [, mode = "", object = "", path = ""] = /^([0-9]+) ([0-9a-f]+) [0-9]\t([^]*)$/.exec(line) ?? [];
      if (path.split("/").some((part) => part === "" || part === "." || part === "..")) throw unsafeName(path);
      return { mode, object, path };
    });
}

/** Every folder that has an entry, parents first; a submodule is an empty folder. */
function foldersOf(entries: readonly Entry[]): string[] {
  const folders = new Set<string>();
  for (const { mode, path } of entries) {
    for (const parent of parentsOf(path)) folders.add(parent);
    if (mode === "160000") folders.add(path);
  }
  return [...folders];
}

function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function withoutExportIgnored(entries: readonly Entry[], environment: Readonly<Record<string, string>>): Entry[] {
  const paths = [...new Set(entries.flatMap(({ path }) => [...parentsOf(path).map((folder) => `${folder}/`), path]))];
  const ignored = exportIgnoredPaths(paths, ["--cached"], { environment });
  return entries.filter(
    ({ path }) => !ignored.has(path) && !parentsOf(path).some((folder) => ignored.has(`${folder}/`)),
  );
}

/** Those of `paths` (folders end with a slash) that .gitattributes marks with export-ignore. */
export function exportIgnoredPaths(
  paths: readonly string[],
  options: readonly string[],
  run: Parameters<typeof runGit>[1],
): ReadonlySet<string> {
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(""), "latin1");
  const fields = runGit(["check-attr", ...options, "-z", "--stdin", "export-ignore"], { ...run, input }).split("\0");
  const ignored = new Set<string>();
  for (let i = 0; i + 2 < fields.length; i += 3) if (fields[i + 2] === "set") ignored.add(fields[i] as string);
  return ignored;
}

/** Reads what `cat-file --batch` wrote: a line of header, the bytes, a line end, and so on. */
class BlobReader {
  private readonly descriptor: number;
  private position = 0;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  readText(): string {
    const size = this.readHeader();
    const bytes = this.read(size);
    this.position += size + 1;
    return bytes.toString("latin1");
  }

  copyTo(path: string, mode: number): void {
    let left = this.readHeader();
    const target = openSync(hostPath(path), "wx", mode);
    try {
      while (left > 0) {
        const piece = this.read(Math.min(left, 2 ** 20));
        writeSync(target, piece);
        this.position += piece.length;
        left -= piece.length;
      }
    } finally {
      closeSync(target);
    }
    this.position++;
  }

  private readHeader(): number {
    const start = this.read(128, "up to").toString("latin1");
    const [header = "", size = ""] = /^[0-9a-f]+ blob ([0-9]+)\n/.exec(start) ?? [];
    if (header === "") throw objectMissing(start.split("\n")[0] ?? "");
    this.position += header.length;
    return Number(size);
  }

  private read(size: number, amount: "all" | "up to" = "all"): Buffer {
    const bytes = Buffer.alloc(size);
    const count = readSync(this.descriptor, bytes, 0, size, this.position);
    if (count < size && amount === "all") throw objectMissing("the end of its output");
    return bytes.subarray(0, count);
  }
}

function unsafeName(path: string): FirnError {
  return new FirnError("git-tree", `the Git tree has the entry '${path}', which is not a name that a file may have`);
}

function objectMissing(what: string): FirnError {
  return new FirnError("git-object", `git did not give the contents of a file but '${what}'`);
}
