// nix-store --dump and --restore: a file tree as a NAR on stdout, and back. --export and --import: store objects with what
// they refer to, for another store.

import { chmodSync, lstatSync, readdirSync, utimesSync } from "node:fs";
import { posix } from "node:path";
import { parseNar, printStorePath } from "#formats";
import { hostPath } from "#host";
import { archivePath, TreeWriter } from "#store";
import { absolutePath } from "../text/absolute-path.ts";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { readStandardInput } from "../program/standard-input.ts";
import { exportPaths, importPaths } from "./export-stream.ts";
import { onlyWord, readSwitches, refuseFlags, refuseWords } from "./operation-flags.ts";
import type { StoreRequest } from "./request.ts";

export function dump(request: StoreRequest): void {
  refuseFlags(request);
  for (const chunk of archivePath(absolutePath(onlyWord(request)))) request.context.output.writeBytes(chunk);
}

export function restore(request: StoreRequest): void {
  refuseFlags(request);
  const path = absolutePath(onlyWord(request));
  const writer = new TreeWriter(path);
  try {
    parseNar(readStandardInput(), writer);
  } finally {
    writer.close();
  }
  giveUsualMetadata(path, new Date());
}

/** The writer leaves a tree as a store has it: read-only and of 1970. Outside a store files are as a program makes them. */
function giveUsualMetadata(path: string, now: Date): void {
  const status = lstatSync(hostPath(path));
  if (status.isSymbolicLink()) return;
  const isExecutable = status.isDirectory() || (status.mode & 0o100) !== 0;
  chmodSync(hostPath(path), isExecutable ? 0o755 : 0o644);
  if (status.isDirectory()) {
    for (const name of readdirSync(hostPath(path), { encoding: "latin1" }))
      giveUsualMetadata(posix.join(path, name), now);
  }
  utimesSync(hostPath(path), now, now);
}

export function exportObjects(request: StoreRequest): void {
  readSwitches(request, []);
  const store = request.openStore();
  const paths = request.words.map((word) => followLinksToStorePath(store, word));
  for (const chunk of exportPaths(store, paths)) request.context.output.writeBytes(chunk);
}

export function importObjects(request: StoreRequest): void {
  readSwitches(request, []);
  refuseWords(request);
  const store = request.openStore();
  for (const path of importPaths(store, readStandardInput())) {
    request.context.output.writeLine(printStorePath(store.storeDir, path));
  }
}
