// The submodules that a .gitmodules names, and where their repositories are.

import { FirnError, normalisePath } from "#formats";
import { runGit, tryGit } from "./git-program.ts";

export interface Submodule {
  /** Below the top of the repository, without slashes at its ends. */
  readonly path: string;
  readonly url: string;
  readonly branch: string;
}

export interface CommittedSubmodule extends Submodule {
  readonly revision: string;
}

/** Those of the working tree; none when there is no .gitmodules. */
export function submodulesOfFile(folder: string): Submodule[] {
  return parse(tryGit(["config", "--file", `${folder}/.gitmodules`, "--null", "--list"]).output);
}

/** Those of a commit; entries for what is no submodule there are left out. */
export function submodulesOfCommit(gitFolder: string, revision: string): CommittedSubmodule[] {
  const environment = { GIT_DIR: gitFolder };
  const { output } = tryGit(["config", "--blob", `${revision}:.gitmodules`, "--null", "--list"], { environment });
  return parse(output).flatMap((submodule) => {
    const entry = runGit(["ls-tree", "-z", revision, "--", submodule.path], { environment });
    const [, commit] = /^160000 commit ([0-9a-f]+)\t/.exec(entry) ?? [];
    return commit === undefined ? [] : [{ ...submodule, revision: commit }];
  });
}

/** `submodule.NAME.KEY`, a line end, the value and a NUL for each. */
function parse(listing: string): Submodule[] {
  const entries = new Map<string, string>();
  for (const entry of listing.split("\0")) {
    const [, name, key, value] = /^submodule\.([^]*)\.(path|url|branch)\n([^]*)$/.exec(entry) ?? [];
    if (name !== undefined && !entries.has(`${name}.${key}`)) entries.set(`${name}.${key}`, value ?? "");
  }
  return [...entries]
    .filter(([key]) => key.endsWith(".path"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, path]) => {
      const name = key.slice(0, -".path".length);
      const url = entries.get(`${name}.url`) ?? "";
      return { path: normalisePath(`/${path}`).slice(1), url, branch: entries.get(`${name}.branch`) ?? "" };
    });
}

/** A URL that begins with a dot is relative to where the repository itself came from. */
export function submoduleUrl(gitFolder: string, url: string): string {
  if (!/^\.\.?\//.test(url)) return url;
  const { status, output } = tryGit(["config", "--get", "remote.origin.url"], {
    environment: { GIT_DIR: gitFolder },
  });
  const origin = status === 0 ? output.replace(/\n$/, "") : gitFolder.replace(/\/\.git$/, "");
  let base = origin.replace(/\/$/, "");
  let rest = url;
  for (let part = /^\.\.?\//.exec(rest); part !== null; part = /^\.\.?\//.exec(rest)) {
    if (part[0] === "../") {
      const slash = base.lastIndexOf("/");
      if (slash < 0) throw unresolvable(url);
      base = base.slice(0, slash);
    }
    rest = rest.slice(part[0].length);
  }
  return `${base}/${rest}`;
}

function unresolvable(url: string): FirnError {
  return new FirnError("git-submodule", `resolving Git submodule URL '${url}'`);
}
