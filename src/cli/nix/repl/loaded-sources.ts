// What was loaded into the scope: files and flakes by name, so that they can be loaded anew, and the attributes of the
// newest one. What the command line named is loaded first each time.

import { FirnError } from "#formats";
import { type Attrs, type Evaluator, type GrowingScope, showIdentifier, type Slot } from "#language";

export interface SourceHost {
  readonly evaluator: Evaluator;
  notice(text: string): void;
  /** The value of a file, functions called with the arguments of the command line. */
  evaluateFile(path: string): Slot;
  /** The outputs of a flake. */
  evaluateFlake(reference: string): Slot;
  /** What the command line named, evaluated anew, with the name under which each is told. */
  evaluateInstallables(): readonly { readonly slot: Slot; readonly what: string }[];
}

/** More names than this are only counted. */
const namesShown = 20;

export class LoadedSources {
  private readonly host: SourceHost;
  private readonly scope: GrowingScope;
  private files: string[] = [];
  private flakes: string[] = [];
  private newest: Attrs | undefined;

  constructor(host: SourceHost, scope: GrowingScope) {
    this.host = host;
    this.scope = scope;
  }

  /** The names that were added last, in the order of the set. */
  lastLoaded(): readonly string[] {
    if (this.newest === undefined) throw nothingLoaded();
    const { symbols } = this.host.evaluator;
    return this.newest.symbols.map((symbol) => symbols.name(symbol));
  }

  loadFile(path: string): void {
    this.files = [...this.files.filter((other) => other !== path), path];
    this.add(this.host.evaluateFile(path));
  }

  loadFlake(reference: string): void {
    if (reference === "") throw flakeMissing();
    this.flakes = [...this.flakes.filter((other) => other !== reference), reference];
    this.add(this.host.evaluateFlake(reference));
  }

  /** Loads all files anew, and what the command line named. */
  loadFiles(): void {
    const { files } = this;
    this.files = [];
    for (const path of files) {
      this.host.notice(`Loading ${quotePath(path)}...`);
      this.loadFile(path);
    }
    for (const { slot, what } of this.host.evaluateInstallables()) {
      this.host.notice(`Loading installable '${what}'...`);
      this.add(slot);
    }
  }

  /** Empties the scope and loads everything anew. */
  reload(): void {
    this.host.evaluator.forgetFiles();
    this.scope.clear();
    this.loadFiles();
    const { flakes } = this;
    this.flakes = [];
    for (const reference of flakes) {
      this.host.notice(`Loading flake '${reference}'...`);
      this.loadFlake(reference);
    }
  }

  add(slot: Slot): void {
    const attrs = this.scope.addAttrs(slot);
    this.newest = attrs;
    const names = [...attrs.sortedEntries(this.host.evaluator.symbols)].map(([name]) => name);
    this.host.notice(`Added ${names.length} variables.`);
    this.host.notice(names.slice(0, namesShown).map(showIdentifier).join(", "));
    if (names.length > namesShown) {
      this.host.notice(`... and ${names.length - namesShown} more; view with :ll`);
    }
  }
}

function quotePath(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&")}"`;
}

function nothingLoaded(): FirnError {
  return new FirnError("nothing-loaded", "nothing has been loaded yet");
}

function flakeMissing(): FirnError {
  return new FirnError(
    "flake-missing",
    "cannot use ':load-flake' without a path specified. (Use '.' for the current working directory.)",
  );
}
