// Build users: accounts of the group `build-users-group`, one for each build that runs at once when root builds. A lock on
// userpool/<uid> says that one is taken, to other processes and to a real Nix as well (SimpleUserLock).

import { mkdirSync, readFileSync } from "node:fs";
import { FirnError } from "#formats";
import { hostPath, lockFile } from "#host";

export interface BuildUser {
  readonly uid: number;
  readonly gid: number;
  release(): void;
}

/** A build user that nobody uses; undefined when all are taken. Throws when the group is missing or empty. */
export function acquireBuildUser(stateDir: string, group: string): BuildUser | undefined {
  const entry = findEntry("/etc/group", (fields) => fields[0] === group);
  if (entry === undefined) throw buildGroupMissing(group);
  const gid = Number(entry[2]);
  const members = (entry[3] ?? "").split(",").filter((name) => name !== "");
  if (members.length === 0) throw buildGroupEmpty(group);
  const pool = `${stateDir}/userpool`;
  mkdirSync(hostPath(pool), { recursive: true });
  for (const member of members) {
    const account = findEntry("/etc/passwd", (fields) => fields[0] === member);
    if (account === undefined) throw buildUserMissing(member, group);
    const uid = Number(account[2]);
    if (uid === process.getuid?.()) throw ownUserInBuildGroup(group);
    const lock = lockFile(`${pool}/${uid}`, "exclusive", { wait: false });
    if (lock !== undefined) return { uid, gid, release: () => lock.release() };
  }
  return undefined;
}

function findEntry(file: string, matches: (fields: readonly string[]) => boolean): string[] | undefined {
  return readFileSync(file, "latin1")
    .split("\n")
    .map((line) => line.split(":"))
    .find((fields) => fields.length > 2 && matches(fields));
}

function buildGroupMissing(group: string): FirnError {
  return new FirnError("build-group-missing", `the group '${group}' specified in 'build-users-group' does not exist`);
}

function buildGroupEmpty(group: string): FirnError {
  return new FirnError("build-group-empty", `the build users group '${group}' has no members`);
}

function buildUserMissing(user: string, group: string): FirnError {
  return new FirnError("build-user-missing", `the user '${user}' in the group '${group}' does not exist`);
}

function ownUserInBuildGroup(group: string): FirnError {
  return new FirnError("own-user-in-build-group", `the Nix user should not be a member of '${group}'`);
}
