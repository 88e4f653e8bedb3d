// nix-store --realise: builds derivations, or fetches paths, and prints where the results are.

import { FirnError, isDerivationPath, printStorePath, type StorePath } from "#formats";
import { queryMissing, type BuildMode, type DerivedPath } from "#build";
import type { LocalStore } from "#store";
import { followLinksToPathWithOutputs, type PathWithOutputs } from "../stores/follow-links.ts";
import { printMissingPaths } from "../stores/print-missing.ts";
import { realisePaths } from "../stores/realise-paths.ts";
import { keepResult } from "./result-roots.ts";
import { readSwitches } from "./operation-flags.ts";
import type { StoreRequest } from "./request.ts";

export async function realise(request: StoreRequest): Promise<void> {
  const switches = readSwitches(request, ["--dry-run", "--repair", "--check", "--ignore-unknown"]);
  const { context } = request;
  const store = request.openStore();
  let paths = request.words.map((word) => followLinksToPathWithOutputs(store, word));
  const ignoreUnknown = switches.has("--ignore-unknown");
  const missing = queryMissing(store, paths.map(toDerivedPath));
  if (ignoreUnknown) paths = paths.filter(({ path }) => !missing.unknown.includes(path));
  if (context.settings.boolean("print-missing")) {
    printMissingPaths(context, store, ignoreUnknown ? { ...missing, unknown: [] } : missing);
  }
  if (switches.has("--dry-run")) return;

  const mode: BuildMode =
    switches.has("--repair") || context.switches.repair ? "repair" : switches.has("--check") ? "check" : "normal";
  await realisePaths(context, store, paths.map(toDerivedPath), mode);
  if (ignoreUnknown) return;
  paths.forEach((path) => {
    for (const line of resultsOf(request, store, path)) if (!request.noOutput) context.output.writeLine(line);
  });
}

export function toDerivedPath({ path, outputs }: PathWithOutputs): DerivedPath {
  if (!isDerivationPath(path)) return { kind: "opaque", path };
  return { kind: "built", derivation: path, outputs: outputs.length === 0 ? "all" : outputs };
}

/** The realised paths, or with --add-root the links that keep them; in byte order. */
function resultsOf(request: StoreRequest, store: LocalStore, wanted: PathWithOutputs): string[] {
  const { switches } = request.context;
  if (!isDerivationPath(wanted.path)) {
    if (!store.isValidPath(wanted.path)) throw cannotBeCreated(printStorePath(store.storeDir, wanted.path));
    return [keepResult(request, store, wanted.path, { number: ++switches.rootsMade, output: "out" })];
  }
  const outputs = store.queryDerivationOutputs(wanted.path);
  const names = wanted.outputs.length === 0 ? [...outputs.keys()] : wanted.outputs;
  const number = ++switches.rootsMade;
  const results = names.toSorted().map((name) => {
    const path: StorePath | undefined = outputs.get(name);
    if (path === undefined) throw outputMissing(printStorePath(store.storeDir, wanted.path), name);
    return keepResult(request, store, path, { number, output: name });
  });
  return results.toSorted();
}

function cannotBeCreated(path: string): FirnError {
  return new FirnError("cannot-create-path", `path '${path}' does not exist and cannot be created`);
}

function outputMissing(derivation: string, name: string): FirnError {
  return new FirnError("output-missing", `derivation '${derivation}' does not have an output named '${name}'`);
}
