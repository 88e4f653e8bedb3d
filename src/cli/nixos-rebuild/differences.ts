// What `--diff` adds to a plan: packages, files of /etc, users and groups by which two systems differ.

import { toByteString } from "#formats";
import {
  type AccountChange,
  compareAccounts,
  compareFiles,
  comparePackages,
  describePackageChange,
  type FileChange,
  installedPaths,
  type PackageChange,
  readAccounts,
} from "#nixos";
import type { LocalStore } from "#store";
import { followLinksToStorePath } from "../stores/follow-links.ts";

interface Differences {
  readonly packages: readonly PackageChange[];
  readonly files: readonly FileChange[];
  readonly accounts: readonly AccountChange[];
}

/** A system as it was named, and where its toplevel lies on this machine. */
type NamedSystem = readonly [name: string, place: string];

/** Throws when a system is not in the store, which alone knows its packages. */
export function findDifferences(store: LocalStore, before: NamedSystem, after: NamedSystem): Differences {
  const installed = ([name]: NamedSystem) => installedPaths(store, followLinksToStorePath(store, name));
  const accounts = ([, place]: NamedSystem) => readAccounts(place, store);
  return {
    packages: comparePackages(installed(before), installed(after)),
    files: compareFiles(before[1], after[1], store),
    accounts: compareAccounts(accounts(before), accounts(after)),
  };
}

/** `shortly`: of each file's differences only the first lines, and of those only their beginning. */
export function describeDifferences({ packages, files, accounts }: Differences, shortly = false): string[] {
  const [mostLines, width] = shortly ? [12, 110] : [Infinity, Infinity];
  const cut = (line: string): string => (line.length <= width ? line : `${line.slice(0, width)}...`);
  const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : [`${title}:`, ...lines]);
  return [
    ...section(
      "packages",
      packages.map((change) => toByteString(`  ${describePackageChange(change)}`)),
    ),
    ...section(
      "files",
      files.flatMap(({ path, kind, lines }) => [
        `  ${path}: ${kind}`,
        ...lines.slice(0, mostLines).map((line) => `    ${cut(line)}`),
        ...(lines.length > mostLines ? [`    (${lines.length - mostLines} more lines)`] : []),
      ]),
    ),
    ...section(
      "users and groups",
      accounts.map(({ kind, name, change, fields }) => {
        return `  ${kind} ${name}: ${change}${fields.length === 0 ? "" : ` (${fields.join(", ")})`}`;
      }),
    ),
  ];
}
