// nix-store --add, --add-fixed, --print-fixed-path: files into the store, and what their paths would be.

import { posix } from "node:path";
import { makeFixedOutputPath, parseHash, parseHashAlgorithm, printStorePath } from "#formats";
import { absolutePath } from "../text/absolute-path.ts";
import { UsageError } from "../program/usage-error.ts";
import { readSwitches, refuseFlags } from "./operation-flags.ts";
import type { StoreRequest } from "./request.ts";

export function add(request: StoreRequest): void {
  refuseFlags(request);
  const store = request.openStore();
  for (const word of request.words) {
    const source = absolutePath(word);
    const { path } = store.addToStore(posix.basename(source), source, { method: "nar", algorithm: "sha256" });
    request.context.output.writeLine(printStorePath(store.storeDir, path));
  }
}

export function addFixed(request: StoreRequest): void {
  const switches = readSwitches(request, ["--recursive"]);
  const [algorithmName, ...files] = request.words;
  if (algorithmName === undefined) throw new UsageError("first argument must be hash algorithm");
  const algorithm = parseHashAlgorithm(algorithmName);
  const store = request.openStore();
  for (const word of files) {
    const source = absolutePath(word);
    const method = switches.has("--recursive") ? "nar" : "flat";
    const { path } = store.addToStore(posix.basename(source), source, { method, algorithm });
    request.context.output.writeLine(printStorePath(store.storeDir, path));
  }
}

export function printFixedPath(request: StoreRequest): void {
  const switches = readSwitches(request, ["--recursive"]);
  const [algorithm, hash, name] = request.words;
  if (algorithm === undefined || hash === undefined || name === undefined || request.words.length !== 3) {
    throw new UsageError("'--print-fixed-path' requires three arguments");
  }
  const { storeDir } = request.openStore();
  const path = makeFixedOutputPath(storeDir, name, {
    method: switches.has("--recursive") ? "nar" : "flat",
    hash: parseHash(hash, parseHashAlgorithm(algorithm)),
  });
  request.context.output.writeLine(printStorePath(storeDir, path));
}
