// The columns of `nix-env -q`, in their order, and the comparison of versions that both the table and the XML show.

import { printStorePath } from "#formats";
import { isTerminal } from "#host";
import { compareVersions } from "#language";
import { parseDerivationName, type PackageInfo } from "#profile";
import type { Query } from "./query.ts";

export function columnsOf(query: Query, element: PackageInfo): string[] {
  const { flags, session } = query;
  const { storeDir } = session.store;
  const columns: string[] = [];
  if (flags.status) {
    const { installed, valid } = statusOf(query, element);
    columns.push(`${installed ? "I" : "-"}${valid ? "P" : "-"}-`);
  }
  if (flags.attrPath) columns.push(element.attrPath);
  if (flags.name) columns.push(element.name());
  if (flags.compareVersions) {
    const { mark, version } = compareWithOthers(query, element);
    const text = `${mark} ${version}`;
    columns.push(mark === "<" && isTerminal(1) ? `\x1b[31;1m${text}\x1b[0m` : text);
  }
  if (flags.system) columns.push(element.system());
  if (flags.derivationPath) {
    const path = element.derivationPath();
    columns.push(path === undefined ? "-" : printStorePath(storeDir, path));
  }
  if (flags.outPath) columns.push(printOutputs(query, element));
  if (flags.description) columns.push(element.metaString("description"));
  return columns;
}

export function statusOf(query: Query, element: PackageInfo): { installed: boolean; valid: boolean } {
  const path = element.outPath();
  return { installed: query.installedPaths.has(path), valid: query.session.store.isValidPath(path) };
}

/** `-` when there is no other of the name; otherwise how this version stands to the others: `<` means one is newer. */
export function compareWithOthers(
  query: Query,
  element: PackageInfo,
): { mark: "<" | "=" | ">" | "-"; version: string } {
  const name = parseDerivationName(element.name());
  let mark: "<" | "=" | ">" | "-" = "-";
  let version = "?";
  for (const other of query.others) {
    const otherName = parseDerivationName(other.name());
    if (otherName.name !== name.name) continue;
    const order = compareVersions(name.version, otherName.version);
    if (order < 0) {
      mark = "<";
      version = otherName.version;
    } else if (mark !== "<" && order === 0) {
      mark = "=";
      version = otherName.version;
    } else if (mark !== "<" && mark !== "=" && order > 0) {
      mark = ">";
      if (version === "" || compareVersions(version, otherName.version) < 0) version = otherName.version;
    }
  }
  return { mark, version };
}

/** `/nix/store/…;dev=/nix/store/…`: the output `out` goes without its name. */
function printOutputs(query: Query, element: PackageInfo): string {
  const { storeDir } = query.session.store;
  return [...element.outputs(true)]
    .map(([name, path]) => {
      const printed = path === undefined ? "" : printStorePath(storeDir, path);
      return name === "out" ? printed : `${name}=${printed}`;
    })
    .join(";");
}
