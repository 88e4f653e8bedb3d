// The files of two systems' /etc: which come, which go, and by which lines the others differ. What both systems take from the
// same object of the store is not looked into.

import { lstatSync, readFileSync } from "node:fs";
import { hostPath } from "#host";
import { followLinks, linkTarget, readFolder, type StorePlace } from "../store-links.ts";
import { diffLines } from "./line-diff.ts";

export interface FileChange {
  /** As `/etc/nginx/nginx.conf`. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  /** For changed files of text: their differing lines, as `diff -u` has them. */
  readonly lines: readonly string[];
}

/** Larger files, in bytes, are only told to differ. */
const largestText = 1024 * 1024;

export function compareFiles(oldToplevel: string, newToplevel: string, store: StorePlace): FileChange[] {
  const changes = [...compareAt(`${oldToplevel}/etc`, `${newToplevel}/etc`, "/etc", store)];
  const paths = new Set(changes.map(({ path }) => path));
  // What pulls a unit in is a link to its file, which is told where that lies.
  return changes.filter(({ path }) => {
    const unit = path.replace(/\/[^/]+\.(?:wants|requires|upholds)(?=\/[^/]+$)/, "");
    return unit === path || !paths.has(unit);
  });
}

function* compareAt(old: string, now: string, path: string, store: StorePlace): Generator<FileChange, void> {
  const before = followLinks(old, store);
  const after = followLinks(now, store);
  if (before === after && before !== undefined) return;
  if (isFolder(before) || isFolder(after)) {
    const names = new Set([...readFolder(old, store), ...readFolder(now, store)]);
    for (const name of [...names].toSorted())
      yield* compareAt(`${old}/${name}`, `${now}/${name}`, `${path}/${name}`, store);
    // A folder that was a file before, or the other way round.
    if (before !== undefined && !isFolder(before)) yield { path, kind: "removed", lines: [] };
    if (after !== undefined && !isFolder(after)) yield { path, kind: "added", lines: [] };
    return;
  }
  const [oldContent, newContent] = [contentOf(old, before), contentOf(now, after)];
  if (oldContent === newContent) return;
  if (oldContent === undefined) yield { path, kind: "added", lines: [] };
  else if (newContent === undefined) yield { path, kind: "removed", lines: [] };
  else
    yield {
      path,
      kind: "changed",
      lines: isText(oldContent) && isText(newContent) ? diffLines(oldContent, newContent) : [],
    };
}

/** What a file holds; of a link that leads out of the system, where to. */
function contentOf(path: string, end: string | undefined): string | undefined {
  if (end === undefined) {
    const target = linkTarget(path);
    return target === undefined ? undefined : `link to ${target}\n`;
  }
  return lstatSync(hostPath(end)).isFile() ? readFileSync(hostPath(end), "latin1") : `${end}\n`;
}

function isFolder(path: string | undefined): boolean {
  return path !== undefined && lstatSync(hostPath(path)).isDirectory();
}

function isText(content: string): boolean {
  return content.length <= largestText && !content.includes("\0");
}
