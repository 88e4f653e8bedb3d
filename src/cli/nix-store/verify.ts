// nix-store --verify, --verify-path, --repair-path, --optimise: whether the store holds what it says, and less of it.

import { createHasher, hashesEqual, printHash, printStorePath, type Hash, type StorePath } from "#formats";
import type { LocalStore } from "#store";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { repairStorePath } from "../stores/realise-paths.ts";
import { UsageError } from "../program/usage-error.ts";
import { readSwitches, refuseFlags, refuseWords } from "./operation-flags.ts";
import type { StoreRequest } from "./request.ts";

export async function verify(request: StoreRequest): Promise<number> {
  refuseWords(request);
  const switches = readSwitches(request, ["--check-contents", "--repair"]);
  const { context } = request;
  const store = request.openStore();
  const damaged: StorePath[] = [];
  const repair = switches.has("--repair") || context.switches.repair;
  const errorsLeft = store.verifyStore(
    {
      checkContents: switches.has("--check-contents"),
      // Repairing builds or fetches, which has to wait until the check is through.
      ...(repair ? { repairPath: (path: StorePath) => damaged.push(path) > 0 } : {}),
    },
    context.log.emit,
  );
  for (const path of damaged) await repairStorePath(context, store, path);
  if (!errorsLeft) return 0;
  context.log.message("warn", "not all store errors were fixed");
  return 1;
}

export function verifyPaths(request: StoreRequest): number {
  if (request.flags.length > 0) throw new UsageError("no flags expected");
  const { log } = request.context;
  const store = request.openStore();
  let status = 0;
  for (const word of request.words) {
    const path = followLinksToStorePath(store, word);
    const printed = printStorePath(store.storeDir, path);
    log.message("talkative", `checking path '${printed}'...`);
    const expected = store.queryPathInfo(path).narHash;
    const actual = hashNar(store, path);
    if (hashesEqual(expected, actual)) continue;
    const show = (hash: Hash) => printHash(hash, "nix32", { prefix: true });
    log.message("error", `path '${printed}' was modified! expected hash '${show(expected)}', got '${show(actual)}'`);
    status = 1;
  }
  return status;
}

export async function repairPaths(request: StoreRequest): Promise<void> {
  if (request.flags.length > 0) throw new UsageError("no flags expected");
  const store = request.openStore();
  for (const word of request.words) await repairStorePath(request.context, store, followLinksToStorePath(store, word));
}

export function optimise(request: StoreRequest): void {
  refuseFlags(request);
  if (request.words.length > 0) throw new UsageError("no arguments expected");
  request.openStore().optimiseStore(request.context.log.emit);
}

function hashNar(store: LocalStore, path: StorePath): Hash {
  const hasher = createHasher("sha256");
  for (const chunk of store.narFromPath(path)) hasher.update(chunk);
  return hasher.digest();
}
