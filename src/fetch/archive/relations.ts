// The dependency fields of a package: `a (>= 1), b | c:any, d [amd64]`. A field is a list of clauses that must all hold, each
// a list of alternatives of which one must. The multi-arch qualifier (:any, :native, :amd64) is read and dropped: a lock
// holds one architecture.

import type { VersionRelation } from "./deb-version.ts";

export interface Alternative {
  readonly name: string;
  readonly constraint?: { readonly relation: VersionRelation; readonly version: string };
}

export type Clause = readonly Alternative[];

const alternativePattern =
  /^\s*([a-zA-Z0-9][a-zA-Z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^)\s]+)\s*\))?\s*(?:\[([^\]]*)\])?\s*(?:<[^>]*>\s*)*$/;

const relations: Readonly<Record<string, VersionRelation>> = {
  "<<": "<<",
  "<=": "<=",
  "=": "=",
  ">=": ">=",
  ">>": ">>",
  // The two old spellings mean "or equal".
  "<": "<=",
  ">": ">=",
};

/** Throws a plain Error on a clause that is no relation; the caller knows the package. */
export function parseRelations(field: string | undefined): readonly Clause[] {
  if (field === undefined || field.trim() === "") return [];
  const clauses: Clause[] = [];
  for (const clause of field.split(",")) {
    if (clause.trim() === "") continue;
    clauses.push(clause.split("|").map(parseAlternative));
  }
  return clauses;
}

function parseAlternative(text: string): Alternative {
  const match = alternativePattern.exec(text);
  if (match === null) throw new Error(`'${text.trim()}' is no relation to a package`);
  const relation = relations[match[2] ?? ""];
  const version = match[3];
  const name = match[1] ?? "";
  return relation === undefined || version === undefined ? { name } : { name, constraint: { relation, version } };
}
