// Writing into the folder that a flake was read from: flake.lock, and in a repository the commit of it (Input::putFile).

import { writeFileSync } from "node:fs";
import { FirnError, type InputAttributes, printInput } from "#formats";
import { hostPath } from "#host";
import { localRepositoryOf } from "../tree/git-tree.ts";
import { mercurialFolderOf, putMercurialFile } from "../tree/mercurial-tree.ts";
import { pathOfInput } from "../tree/path-tree.ts";
import { runGit, tryGit } from "../tree/git-program.ts";

/** The folder that an input is read from, where it is one that can be written to (Input::getSourcePath). */
export function sourceFolderOf(input: InputAttributes, warn: (text: string) => void): string | undefined {
  switch (input.get("type")) {
    case "path":
      return pathOfInput(input);
    case "git":
      return localRepositoryOf(input, warn);
    case "hg":
      return mercurialFolderOf(input, warn);
    default:
      return undefined;
  }
}

export interface FlakeFile {
  /** Below the input's folder. */
  readonly path: string;
  /** A byte string. */
  readonly contents: string;
  /** Commits the file with this message, where there is a repository. */
  readonly commitMessage: string | undefined;
}

export function writeFlakeFile(input: InputAttributes, file: FlakeFile, warn: (text: string) => void): void {
  if (input.get("type") === "hg") {
    putMercurialFile(input, file, warn);
    return;
  }
  const folder = sourceFolderOf(input, warn);
  if (folder === undefined) throw cannotModify(input, file.path);
  writeFileSync(hostPath(`${folder}/${file.path}`), file.contents, "latin1");
  if (input.get("type") === "git") addToRepository(folder, file);
}

function addToRepository(folder: string, { path, commitMessage }: FlakeFile): void {
  if (tryGit(["check-ignore", "--quiet", path], { folder }).status === 0) return;
  runGit(["add", "--intent-to-add", "--", path], { folder });
  if (commitMessage === undefined) return;
  runGit(["commit", path, "-F", "-"], {
    folder,
    input: Buffer.from(commitMessage, "latin1"),
    showsComplaints: true,
    runsHooks: true,
  });
}

/** Tells a repository of new files, without their contents. */
export function addToGit(folder: string, paths: readonly string[]): void {
  runGit(["add", "--intent-to-add", "--force", "--", ...paths], { folder });
}

function cannotModify(input: InputAttributes, path: string): FirnError {
  const isRepository = input.get("type") === "git";
  return new FirnError(
    "flake-file",
    isRepository
      ? `cannot commit '/${path}' to Git repository '${printInput(input)}' because it's not a working tree`
      : `input '${printInput(input)}' does not support modifying file '/${path}'`,
  );
}
