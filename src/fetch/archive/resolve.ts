// From relations to concrete names. Each clause becomes the one package that satisfies it: of its alternatives the first that
// some package satisfies by name and version, or, where only virtual packages do, the best provider: one that the package
// needs anyhow, then by priority, then by name. So the same indices always give the same lock.

import type { ArchivePackage } from "./archive-index.ts";
import { satisfiesRelation } from "./deb-version.ts";
import { indexCorrupt } from "./errors.ts";
import { parseRelations } from "./relations.ts";
import type { Alternative, Clause } from "./relations.ts";

export interface Resolved {
  /** Names of packages, sorted, each once, without the package itself. */
  readonly depends: readonly string[];
  /** Clauses that no package of the archive satisfies, as the index words them. */
  readonly unsatisfied: readonly string[];
}

interface Provider {
  readonly package: ArchivePackage;
  readonly version: string | undefined;
}

const priorities = ["required", "important", "standard", "optional", "extra"];

export class Resolver {
  readonly #packages: ReadonlyMap<string, ArchivePackage>;
  readonly #providers = new Map<string, Provider[]>();

  constructor(packages: ReadonlyMap<string, ArchivePackage>) {
    this.#packages = packages;
    for (const candidate of packages.values()) {
      for (const alternative of readField(candidate, "Provides", candidate.provides).flat()) {
        const providers = this.#providers.get(alternative.name) ?? [];
        providers.push({ package: candidate, version: alternative.constraint?.version });
        this.#providers.set(alternative.name, providers);
      }
    }
    for (const providers of this.#providers.values()) providers.sort(byPriorityThenName);
  }

  resolve(wanted: ArchivePackage): Resolved {
    const clauses = [
      ...readField(wanted, "Pre-Depends", wanted.preDepends),
      ...readField(wanted, "Depends", wanted.depends),
    ];
    const certain = new Set<string>();
    for (const clause of clauses) {
      const [only] = clause;
      if (clause.length === 1 && only !== undefined && this.#satisfiesByName(only) !== undefined)
        certain.add(only.name);
    }
    const depends = new Set<string>();
    const unsatisfied: string[] = [];
    for (const clause of clauses) {
      const chosen = this.#choose(wanted, clause, certain);
      if (chosen === undefined) unsatisfied.push(printClause(clause));
      else depends.add(chosen);
    }
    depends.delete(wanted.name);
    return { depends: [...depends].toSorted(), unsatisfied };
  }

  /** For each virtual name that no package has as its own: the provider that a dependency on it gets. */
  virtualNames(): ReadonlyMap<string, string> {
    const chosen = new Map<string, string>();
    for (const [name, [first]] of this.#providers) {
      if (first !== undefined && !this.#packages.has(name)) chosen.set(name, first.package.name);
    }
    return chosen;
  }

  #choose(wanted: ArchivePackage, clause: Clause, certain: ReadonlySet<string>): string | undefined {
    for (const alternative of clause) if (certain.has(alternative.name) && clause.length > 1) return alternative.name;
    for (const alternative of clause) {
      const named = this.#satisfiesByName(alternative);
      if (named !== undefined) return named.name;
      const providers = (this.#providers.get(alternative.name) ?? []).filter(({ version }) =>
        satisfies(alternative, version),
      );
      const provider =
        providers.find((p) => p.package.name === wanted.name) ??
        providers.find((p) => certain.has(p.package.name)) ??
        providers[0];
      if (provider !== undefined) return provider.package.name;
    }
    return undefined;
  }

  #satisfiesByName(alternative: Alternative): ArchivePackage | undefined {
    const named = this.#packages.get(alternative.name);
    return named !== undefined && satisfies(alternative, named.version) ? named : undefined;
  }
}

/** A provider without a version satisfies no versioned constraint (Debian policy 7.5). */
function satisfies({ constraint }: Alternative, version: string | undefined): boolean {
  if (constraint === undefined) return true;
  return version !== undefined && satisfiesRelation(version, constraint.relation, constraint.version);
}

function byPriorityThenName(a: Provider, b: Provider): number {
  const order = priorities.indexOf(a.package.priority) - priorities.indexOf(b.package.priority);
  return order !== 0 ? order : a.package.name < b.package.name ? -1 : 1;
}

function readField(owner: ArchivePackage, field: string, value: string | undefined): readonly Clause[] {
  try {
    return parseRelations(value);
  } catch (error) {
    throw indexCorrupt(
      owner.uri,
      `${field} of ${owner.name}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function printClause(clause: Clause): string {
  return clause
    .map(({ name, constraint }) =>
      constraint === undefined ? name : `${name} (${constraint.relation} ${constraint.version})`,
    )
    .join(" | ");
}
