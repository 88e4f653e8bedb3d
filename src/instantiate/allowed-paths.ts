// Which paths pure and restricted evaluation may look at: what the search path names, and what the evaluation itself put
// or found in the store. A folder above an allowed path may be looked at, but only on the way.

import { canonicalPath, hint, RestrictedPathError, type EvalSettings } from "#language";

export class AllowedPaths {
  private readonly mode: string | undefined;
  private readonly prefixes = new Set<string>();
  /** The folders above allowed paths. */
  private readonly above = new Set<string>(["/"]);

  constructor(settings: Pick<EvalSettings, "pureEval" | "restrictEval" | "searchPath" | "workingDirectory">) {
    this.mode = settings.pureEval
      ? "in pure evaluation mode (use '--impure' to override)"
      : settings.restrictEval
        ? "in restricted mode"
        : undefined;
    for (const { path } of settings.searchPath) {
      if (!/^[a-z+]+:/.test(path))
        this.allow(canonicalPath(path.startsWith("/") ? path : `${settings.workingDirectory}/${path}`));
    }
  }

  allow(path: string): void {
    if (this.mode === undefined || this.prefixes.has(path)) return;
    this.prefixes.add(path);
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
      this.above.add(path.slice(0, end));
  }

  /** Whether anything is forbidden. */
  get isLimited(): boolean {
    return this.mode !== undefined;
  }

  /** Throws RestrictedPathError. */
  check(path: string): void {
    if (this.mode !== undefined && !this.isAllowed(path)) throw accessForbidden(path, this.mode);
  }

  isAllowed(path: string): boolean {
    if (this.mode === undefined) return true;
    if (this.above.has(path) || this.prefixes.has(path)) return true;
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (this.prefixes.has(path.slice(0, end))) return true;
    }
    return this.prefixes.has("/");
  }
}

function accessForbidden(path: string, mode: string): RestrictedPathError {
  return new RestrictedPathError(hint`access to absolute path '${path}' is forbidden ${mode}`);
}
