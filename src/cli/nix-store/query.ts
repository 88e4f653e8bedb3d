// nix-store --query: what refers to what, who made what, how large it is.

import { derivationOutputPath, FirnError, isDerivationPath, printHash, printStorePath, type StorePath } from "#formats";
import { computeClosure, topologicalSort, type LocalStore } from "#store";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { realisePaths } from "../stores/realise-paths.ts";
import { unknownFlag, UsageError } from "../program/usage-error.ts";
import { printDotGraph, printGraphMl, printTree } from "./graph.ts";
import type { StoreRequest } from "./request.ts";

type QueryKind =
  | "outputs"
  | "requisites"
  | "references"
  | "referrers"
  | "referrers-closure"
  | "deriver"
  | "valid-derivers"
  | "binding"
  | "hash"
  | "size"
  | "tree"
  | "graph"
  | "graphml"
  | "resolve"
  | "roots";

const kinds: ReadonlyMap<string, QueryKind> = new Map([
  ["--outputs", "outputs"],
  ["--requisites", "requisites"],
  ["-R", "requisites"],
  ["--references", "references"],
  ["--referrers", "referrers"],
  ["--referers", "referrers"],
  ["--referrers-closure", "referrers-closure"],
  ["--referers-closure", "referrers-closure"],
  ["--deriver", "deriver"],
  ["-d", "deriver"],
  ["--valid-derivers", "valid-derivers"],
  ["--binding", "binding"],
  ["-b", "binding"],
  ["--hash", "hash"],
  ["--size", "size"],
  ["--tree", "tree"],
  ["--graph", "graph"],
  ["--graphml", "graphml"],
  ["--resolve", "resolve"],
  ["--roots", "roots"],
]);

interface QueryLine {
  readonly kind: QueryKind;
  readonly binding: string;
  readonly words: readonly string[];
  readonly useOutput: boolean;
  readonly forceRealise: boolean;
  readonly includeOutputs: boolean;
}

interface Asked extends QueryLine {
  readonly request: StoreRequest;
  readonly store: LocalStore;
}

export async function query(request: StoreRequest): Promise<void> {
  const asked: Asked = { ...readQueryLine(request), request, store: request.openStore() };
  const { store, words } = asked;
  const { output } = request.context;
  const print = (path: StorePath) => output.writeLine(printStorePath(store.storeDir, path));
  const follow = (word: string) => followLinksToStorePath(store, word);

  switch (asked.kind) {
    case "outputs":
      for (const word of words) for (const path of await outputsOf(asked, follow(word), true)) print(path);
      break;
    case "requisites":
    case "references":
    case "referrers":
    case "referrers-closure":
      for (const path of topologicalSort(store, await related(asked)).toReversed()) print(path);
      break;
    case "deriver":
      for (const word of words) {
        const { deriver } = store.queryPathInfo(follow(word));
        if (deriver === undefined) output.writeLine("unknown-deriver");
        else print(deriver);
      }
      break;
    case "valid-derivers": {
      const derivers = new Set(words.flatMap((word) => store.queryValidDerivers(follow(word))));
      for (const path of topologicalSort(store, derivers).toReversed()) print(path);
      break;
    }
    case "binding":
      for (const word of words) output.writeLine(bindingOf(store, follow(word), asked.binding));
      break;
    case "hash":
    case "size":
      for (const word of words) {
        for (const path of await outputsOf(asked, follow(word), asked.useOutput)) {
          const { narHash, narSize } = store.queryPathInfo(path);
          output.writeLine(asked.kind === "hash" ? printHash(narHash, "nix32", { prefix: true }) : String(narSize));
        }
      }
      break;
    case "tree":
      printTree(output, store, words.map(follow));
      break;
    case "graph":
      printDotGraph(output, store, await roots(asked));
      break;
    case "graphml":
      printGraphMl(output, store, await roots(asked));
      break;
    case "resolve":
      for (const word of words) print(follow(word));
      break;
    case "roots":
      await printRoots(asked);
      break;
  }
}

function readQueryLine(request: StoreRequest): QueryLine {
  const words = [...request.words];
  let kind: QueryKind | undefined;
  let binding = "";
  let useOutput = false;
  let forceRealise = false;
  let includeOutputs = false;
  for (const flag of request.flags) {
    const asked = kinds.get(flag);
    if (asked !== undefined) {
      if (asked === "binding") {
        const name = words.shift();
        if (name === undefined) throw new UsageError("expected binding name");
        binding = name;
      }
      if (kind !== undefined && kind !== asked) {
        throw new UsageError(`query type '${flag}' conflicts with earlier flag`);
      }
      kind = asked;
    } else if (flag === "--use-output" || flag === "-u") useOutput = true;
    else if (flag === "--force-realise" || flag === "--force-realize" || flag === "-f") forceRealise = true;
    else if (flag === "--include-outputs") includeOutputs = true;
    else throw unknownFlag(flag);
  }
  return { kind: kind ?? "outputs", binding, words, useOutput, forceRealise, includeOutputs };
}

/** The outputs of a derivation where outputs are asked for, otherwise the path itself (maybeUseOutputs). */
async function outputsOf(asked: Asked, path: StorePath, useOutput: boolean): Promise<StorePath[]> {
  const { store, request } = asked;
  const isDerivation = isDerivationPath(path);
  if (asked.forceRealise) {
    await realisePaths(request.context, store, [
      isDerivation ? { kind: "built", derivation: path, outputs: "all" } : { kind: "opaque", path },
    ]);
  }
  if (!useOutput || !isDerivation) return [path];
  if (asked.forceRealise) return [...store.queryDerivationOutputs(path).values()].toSorted();
  const derivation = store.readDerivation(path);
  const outputs = [...derivation.outputs.keys()].map((name) => {
    const output =
      derivationOutputPath(store.storeDir, derivation, name) ?? store.queryDerivationOutputs(path).get(name);
    if (output === undefined) throw outputUnknown();
    return output;
  });
  return [...new Set(outputs)].toSorted();
}

async function roots(asked: Asked): Promise<StorePath[]> {
  const found = new Set<StorePath>();
  for (const word of asked.words) {
    const path = followLinksToStorePath(asked.store, word);
    for (const output of await outputsOf(asked, path, asked.useOutput)) found.add(output);
  }
  return [...found].toSorted();
}

async function related(asked: Asked): Promise<Set<StorePath>> {
  const { store, kind, includeOutputs } = asked;
  const found = new Set<StorePath>();
  for (const path of await roots(asked)) {
    const more =
      kind === "requisites"
        ? computeClosure(store, [path], { includeOutputs })
        : kind === "references"
          ? store.queryPathInfo(path).references
          : kind === "referrers"
            ? store.queryReferrers(path)
            : computeClosure(store, [path], { direction: "referrers" });
    for (const other of more) found.add(other);
  }
  return found;
}

function bindingOf(store: LocalStore, path: StorePath, name: string): string {
  const derivation = isDerivationPath(path) ? path : store.queryPathInfo(path).deriver;
  if (derivation === undefined) throw deriverUnknown(printStorePath(store.storeDir, path));
  const value = store.readDerivation(derivation).env.get(name);
  if (value === undefined) throw bindingMissing(printStorePath(store.storeDir, derivation), name);
  return value;
}

async function printRoots(asked: Asked): Promise<void> {
  const { store, request } = asked;
  const { settings, output } = request.context;
  const referrers = new Set(
    computeClosure(store, await roots(asked), {
      direction: "referrers",
      includeOutputs: settings.boolean("keep-outputs"),
      includeDerivers: settings.boolean("keep-derivations"),
    }),
  );
  for (const { path, link } of store.findRoots()) {
    if (referrers.has(path)) output.writeLine(`${link} -> ${printStorePath(store.storeDir, path)}`);
  }
}

function outputUnknown(): UsageError {
  return new UsageError(
    "Cannot use output path of floating content-addressing derivation until we know what it is (e.g. by building it)",
  );
}

function deriverUnknown(path: string): FirnError {
  return new FirnError("deriver-unknown", `deriver of path '${path}' is not known`);
}

function bindingMissing(derivation: string, name: string): FirnError {
  return new FirnError("binding-missing", `derivation '${derivation}' has no environment binding named '${name}'`);
}
