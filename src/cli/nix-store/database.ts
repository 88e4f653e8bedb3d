// nix-store --dump-db, --load-db, --register-validity, --check-validity: the store's database as text.

import { readFileSync } from "node:fs";
import { printStorePath } from "#formats";
import { dumpDatabase, loadDatabase, pathNotValid, registerValidity } from "#store";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { readSwitches, refuseFlags, refuseWords } from "./operation-flags.ts";
import type { StoreRequest } from "./request.ts";

export function dump(request: StoreRequest): void {
  refuseFlags(request);
  const store = request.openStore();
  const named = request.words.map((word) => followLinksToStorePath(store, word));
  const paths = named.length === 0 ? store.queryAllValidPaths().toSorted() : named;
  for (const entry of dumpDatabase(store, paths)) request.context.output.write(entry);
}

export function load(request: StoreRequest): void {
  refuseFlags(request);
  refuseWords(request);
  loadDatabase(request.openStore(), readFileSync(0, "latin1"));
}

export function register(request: StoreRequest): void {
  const switches = readSwitches(request, ["--reregister", "--hash-given"]);
  refuseWords(request);
  registerValidity(request.openStore(), readFileSync(0, "latin1"), {
    reregister: switches.has("--reregister"),
    hashGiven: switches.has("--hash-given"),
  });
}

export function checkValidity(request: StoreRequest): void {
  const switches = readSwitches(request, ["--print-invalid"]);
  const store = request.openStore();
  for (const word of request.words) {
    const path = followLinksToStorePath(store, word);
    if (store.isValidPath(path)) continue;
    if (!switches.has("--print-invalid")) throw pathNotValid(store.storeDir, path);
    request.context.output.writeLine(printStorePath(store.storeDir, path));
  }
}
