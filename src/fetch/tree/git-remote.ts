// A repository elsewhere, or a bare one, fetched into a bare repository in the user's cache. What was fetched a short while
// ago is taken as it is; where the other side cannot be reached, so is what was fetched before.

import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  booleanAttribute,
  FirnError,
  hashByteString,
  type InputAttributes,
  printHash,
  printUrl,
  textAttribute,
  type Url,
} from "#formats";
import { hostPath, ifExists } from "#host";
import { runGit, tryGit } from "./git-program.ts";
import { askedRevision, type Commit, defaultReference, type GitOptions, resolveReference } from "./git-repository.ts";

const anHour = 3600;

export function fetchRemote(given: Url, input: InputAttributes, options: GitOptions): Commit {
  const query = given.scheme === "file" ? [] : [...given.query].filter(([name]) => name !== "dir");
  const url = printUrl({ ...given, query: new Map(query) });
  const shallow = booleanAttribute(input, "shallow") ?? false;
  const key = printHash(hashByteString("sha256", url), "nix32") + (shallow ? "-shallow" : "");
  const gitFolder = `${options.cacheFolder}/gitv3/${key}`;
  if (!existsSync(hostPath(`${gitFolder}/HEAD`))) {
    mkdirSync(hostPath(gitFolder), { recursive: true });
    runGit(["init", "--quiet", "--bare", "--initial-branch=__nix_dummy_branch", gitFolder]);
  }
  const environment = { GIT_DIR: gitFolder };
  // So that the URLs of submodules can be resolved.
  runGit(["config", "remote.origin.url", url], { environment });
  const named = textAttribute(input, "ref");
  const reference = named ?? readHead(url, gitFolder, options) ?? defaultReference(url, options);
  const asked = askedRevision(input);
  const allRefs = booleanAttribute(input, "allRefs") ?? false;
  const hasCommit = (commit: string): boolean =>
    tryGit(["cat-file", "-e", `${commit}^{commit}`], { environment }).status === 0;
  const branchFile = `${gitFolder}/${reference.startsWith("refs/") ? reference : `refs/heads/${reference}`}`;
  const mustFetch = asked === undefined ? allRefs || !isRecent(branchFile, options) : !hasCommit(asked);
  if (mustFetch) {
    update({ gitFolder, url, shallow, reference, asked, allRefs }, options);
    if (asked === undefined) touchBranch({ gitFolder, branchFile, reference });
    if (named === undefined) writeHead(gitFolder, reference);
  }
  if (asked !== undefined && !hasCommit(asked)) throw revisionMissing(asked, reference, url);
  return { gitFolder, revision: asked ?? resolveReference(gitFolder, fullReference(reference)), reference };
}

function isRecent(path: string, { branchLifetime = anHour }: GitOptions): boolean {
  const status = ifExists(() => statSync(hostPath(path)));
  return status !== undefined && branchLifetime > 0 && status.mtimeMs / 1000 + branchLifetime > Date.now() / 1000;
}

/** The branch's own file says by its date when it was fetched last. */
function touchBranch({
  gitFolder,
  branchFile,
  reference,
}: Readonly<Record<"gitFolder" | "branchFile" | "reference", string>>): void {
  if (!existsSync(hostPath(branchFile))) {
    const revision = resolveReference(gitFolder, fullReference(reference));
    mkdirSync(hostPath(dirname(branchFile)), { recursive: true });
    writeFileSync(hostPath(branchFile), `${revision}\n`);
  }
  const now = new Date();
  utimesSync(hostPath(branchFile), now, now);
}

interface Update {
  readonly gitFolder: string;
  readonly url: string;
  readonly shallow: boolean;
  readonly reference: string;
  readonly asked: string | undefined;
  readonly allRefs: boolean;
}

/** Where the other side cannot be reached, what was fetched before is still good. */
function update({ gitFolder, url, shallow, reference, asked, allRefs }: Update, options: GitOptions): void {
  const full = fullReference(reference);
  const wanted = allRefs ? "refs/*:refs/*" : (asked ?? `${full}:${full}`);
  const depth = shallow ? ["--depth", "1"] : [];
  const environment = { GIT_DIR: gitFolder };
  const result = tryGit(["fetch", "--quiet", "--force", ...depth, "--", url, wanted], {
    environment,
    showsComplaints: true,
  });
  if (result.status === 0) return;
  const isKnown = tryGit(["rev-parse", "--verify", "--quiet", `${full}^{commit}`], { environment }).status === 0;
  if (asked !== undefined || !isKnown) throw fetchFailed(url);
  options.warn(`could not update local clone of Git repository '${url}'; continuing with the most recent version`);
}

function fullReference(reference: string): string {
  return reference === "HEAD" || reference.startsWith("refs/") ? reference : `refs/heads/${reference}`;
}

/** The branch that the other side's HEAD points at, remembered as long as a branch is. */
function readHead(url: string, gitFolder: string, options: GitOptions): string | undefined {
  const head = `${gitFolder}/HEAD`;
  const remembered = rememberedHead(head);
  if (remembered !== undefined && isRecent(head, options)) return remembered;
  const { status, output } = tryGit(["ls-remote", "--symref", "--", url, "HEAD"], { showsComplaints: true });
  const found = status === 0 ? /^ref: (\S+)\s+HEAD$/m.exec(output)?.[1] : undefined;
  if (found !== undefined || remembered === undefined) return found;
  options.warn(`could not get HEAD ref for repository '${url}'; using expired cached ref '${remembered}'`);
  return remembered;
}

function rememberedHead(file: string): string | undefined {
  const name = /^ref: (\S+)/.exec(readFileSync(hostPath(file), "latin1"))?.[1];
  return name?.endsWith("__nix_dummy_branch") === true ? undefined : name;
}

function writeHead(gitFolder: string, reference: string): void {
  const full = fullReference(reference);
  if (full.startsWith("refs/")) runGit(["symbolic-ref", "HEAD", full], { environment: { GIT_DIR: gitFolder } });
}

function revisionMissing(revision: string, reference: string, url: string): FirnError {
  return new FirnError(
    "git-revision",
    `Cannot find Git revision '${revision}' in ref '${reference}' of repository '${url}'! Please make sure that the rev exists on the ref you've specified or add allRefs = true; to fetchGit.`,
  );
}

function fetchFailed(url: string): FirnError {
  return new FirnError("git-fetch", `Failed to fetch git repository '${url}'`);
}
