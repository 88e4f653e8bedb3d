// nix flake metadata (and its older name, info): what a flake is, where it comes from, what it depends on.

import { attributesToJson, type InputPath, lockFileToJson, type LockNode, printInputPath, sortedInputs } from "#fetch";
import {
  flakeReferenceAttributes,
  fromByteString,
  isLockedInput,
  numberAttribute,
  printFlakeReference,
  printHash,
  printJson,
  printStorePath,
  revisionOf,
  textAttribute,
} from "#formats";
import { lockedFingerprint, type LockedFlake } from "#instantiate";
import { flagTable, switchFlag } from "../../arguments/command-line.ts";
import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import type { Output } from "../../program/output.ts";
import type { Session } from "../../evaluation/session.ts";
import { printJsonText } from "../eval.ts";
import { lockFlakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";
import { bold, tree } from "./print-tree.ts";

export const command: Command = {
  name: "nix flake metadata",
  help: "nix/flake/metadata.md",
  async run(words, context) {
    let json = false;
    const own = flagTable({ "--json": switchFlag(() => (json = true)) });
    const line = readFlakeLine(words, context, { own });
    if (line.wantsHelp) return printHelp(command, context);
    const session = await openFlakeSession(line);
    const locked = lockFlakeOfLine(session, line);
    if (json) printAsJson(context.output, session, locked);
    else printAsText(context.output, session, locked);
    return 0;
  },
};

export const infoCommand: Command = {
  name: "nix flake info",
  help: "nix/flake/metadata.md",
  async run(words, context) {
    context.log.message("warn", "'nix flake info' is a deprecated alias for 'nix flake metadata'");
    return await command.run(words, context);
  },
};

interface Facts {
  readonly description: string | undefined;
  readonly path: string;
  readonly revision: string | undefined;
  readonly dirtyRevision: string | undefined;
  readonly revisionCount: bigint | undefined;
  readonly lastModified: bigint | undefined;
  readonly fingerprint: string | undefined;
}

function factsOf({ store }: Session, locked: LockedFlake): Facts {
  const { flake } = locked;
  const { input } = flake.locked;
  const revision = revisionOf(input);
  const fingerprint = lockedFingerprint(locked);
  return {
    description: flake.description,
    path: printStorePath(store.storeDir, flake.place.tree.path),
    revision: revision === undefined ? undefined : printHash(revision, "base16"),
    dirtyRevision: textAttribute(input, "dirtyRev"),
    revisionCount: numberAttribute(input, "revCount"),
    lastModified: numberAttribute(input, "lastModified"),
    fingerprint: fingerprint === undefined ? undefined : printHash(fingerprint, "base16"),
  };
}

function printAsJson(output: Output, session: Session, locked: LockedFlake): void {
  const { flake, lockFile } = locked;
  const facts = factsOf(session, locked);
  const reference = (from: typeof flake.original) => attributesToJson(flakeReferenceAttributes(from));
  const url = (from: typeof flake.original) => fromByteString(printFlakeReference(from));
  const optional = {
    description: facts.description === undefined ? undefined : fromByteString(facts.description),
    revision: facts.revision,
    dirtyRevision: facts.dirtyRevision,
    revCount: facts.revisionCount,
    lastModified: facts.lastModified,
    fingerprint: facts.fingerprint,
  };
  const known = Object.entries(optional).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const json = {
    ...Object.fromEntries(known),
    originalUrl: url(flake.original),
    original: reference(flake.original),
    resolvedUrl: url(flake.resolved),
    resolved: reference(flake.resolved),
    url: url(flake.locked),
    locked: reference(flake.locked),
    path: facts.path,
    locks: lockFileToJson(lockFile).json,
  };
  printJsonText(output, printJson(json));
}

function printAsText(output: Output, session: Session, locked: LockedFlake): void {
  const { flake, lockFile } = locked;
  const facts = factsOf(session, locked);
  const say = (label: string, value: string | bigint | undefined): void => {
    if (value !== undefined) output.writeLine(`${bold(`${label}:`)}${" ".repeat(14 - label.length)}${value}`);
  };
  say("Resolved URL", printFlakeReference(flake.resolved));
  if (isLockedInput(flake.locked.input)) say("Locked URL", printFlakeReference(flake.locked));
  say("Description", facts.description);
  say("Path", facts.path);
  say("Revision", facts.revision);
  say("Revision", facts.dirtyRevision);
  say("Revisions", facts.revisionCount);
  say("Last modified", facts.lastModified === undefined ? undefined : localTime(facts.lastModified));
  say("Fingerprint", facts.fingerprint);
  if (lockFile.root.inputs.size > 0) output.writeLine(bold("Inputs:"));
  printInputs(output, lockFile.root, "", new Set([lockFile.root]));
}

function printInputs(output: Output, node: LockNode, prefix: string, visited: Set<LockNode>): void {
  const inputs = sortedInputs(node);
  inputs.forEach(([name, edge], index) => {
    const isLast = index + 1 === inputs.length;
    const start = `${prefix}${isLast ? tree.last : tree.connected}${bold(name)}`;
    if (edge.kind === "follows") {
      output.writeLine(`${start} follows input '${printInputPath(edge.follows satisfies InputPath)}'`);
      return;
    }
    const { locked } = edge.node;
    const modified = numberAttribute(locked.input, "lastModified");
    const date = modified === undefined ? "" : ` (${universalTime(modified)})`;
    output.writeLine(`${start}: ${printFlakeReference(locked)}${date}`);
    if (visited.has(edge.node)) return;
    visited.add(edge.node);
    printInputs(output, edge.node, prefix + (isLast ? tree.none : tree.line), visited);
  });
}

/** `2026-01-31 23:59:59`. */
function universalTime(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ");
}

function localTime(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return universalTime(seconds - BigInt(date.getTimezoneOffset() * 60));
}
