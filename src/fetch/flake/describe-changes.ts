// What differs between two lock files, for people: one entry for each input that came, went or changed (LockFile::diff).

import { numberAttribute, printFlakeReference, type FlakeReference } from "#formats";
import { allInputs, compareInputPaths, edgesEqual, type LockFile } from "./lock-file.ts";
import { printInputPath, type LockEdge } from "./lock-node.ts";

const bold = "\x1b[1m";
const green = "\x1b[32;1m";
const red = "\x1b[31;1m";
const normal = "\x1b[0m";
const bullet = "\xe2\x80\xa2";
const arrow = "\xe2\x86\x92";

/** Lines with colours, as a byte string; empty when nothing differs. */
export function describeChanges(before: LockFile, after: LockFile): string {
  const old = allInputs(before);
  const changed = allInputs(after);
  let text = "";
  for (let i = 0, j = 0; i < old.length || j < changed.length;) {
    const [oldPath, oldEdge] = old[i] ?? [];
    const [newPath, newEdge] = changed[j] ?? [];
    const order = oldPath === undefined ? 1 : newPath === undefined ? -1 : compareInputPaths(oldPath, newPath);
    if (order > 0 && newPath !== undefined && newEdge !== undefined) {
      text += `${bullet} ${green}Added input '${printInputPath(newPath)}':${normal}\n    ${describeEdge(newEdge)}\n`;
      j++;
    } else if (order < 0 && oldPath !== undefined) {
      text += `${bullet} ${red}Removed input '${printInputPath(oldPath)}'${normal}\n`;
      i++;
    } else {
      if (oldEdge !== undefined && newEdge !== undefined && newPath !== undefined && !edgesEqual(oldEdge, newEdge)) {
        const lines = `    ${describeEdge(oldEdge)}\n  ${arrow} ${describeEdge(newEdge)}\n`;
        text += `${bullet} ${bold}Updated input '${printInputPath(newPath)}':${normal}\n${lines}`;
      }
      i++;
      j++;
    }
  }
  return text;
}

function describeEdge(edge: LockEdge): string {
  return edge.kind === "node" ? describeReference(edge.node.locked) : `follows '${printInputPath(edge.follows)}'`;
}

function describeReference(reference: FlakeReference): string {
  const modified = numberAttribute(reference.input, "lastModified");
  const date = modified === undefined ? "" : ` (${new Date(Number(modified) * 1000).toISOString().slice(0, 10)})`;
  return `'${printFlakeReference(reference)}'${date}`;
}
