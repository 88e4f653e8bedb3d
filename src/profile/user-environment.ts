// User environments: the manifest of what is installed, and the derivation `user-environment` that merges it into one
// tree. Both have to be byte for byte what nix-env makes (user-env.cc, buildenv.nix), so that the paths are the same.

import { fillOutputPaths, printStorePath, type Derivation, type StorePath } from "#formats";
import { AttrsBuilder, ContextCollector, printAmbiguous, type Attrs, type Evaluator, type Slot } from "#language";
import type { Store } from "#store";
import type { PackageInfo } from "./package-info.ts";

export interface UserEnvironment {
  /** Every output that gets into the tree, and with `keepDerivations` the derivations. */
  readonly references: readonly StorePath[];
  readonly derivation: Derivation;
  readonly derivationPath: StorePath;
  readonly outPath: StorePath;
}

/** Lower wins where two packages have the same file. */
const defaultPriority = 5;

/** Adds the manifest and the derivation to the store; the outputs must be valid by then. Nothing is built. */
export function instantiateUserEnvironment(
  evaluator: Evaluator,
  store: Store,
  elements: readonly PackageInfo[],
  options: { readonly keepDerivations: boolean },
): UserEnvironment {
  const references = new Set<StorePath>();
  const rows = elements.map((element) => describe(evaluator, store, element, options.keepDerivations, references));
  const sorted = [...references].toSorted();
  const text = printAmbiguous(
    evaluator,
    rows.map((row) => row.attrs),
  );
  const manifest = store.addTextToStore("env-manifest.nix", text, sorted);
  const derivation = fillOutputPaths(store.storeDir, makeDerivation(evaluator, store, manifest, rows), () => ({
    kind: "outputs",
    hashes: new Map(),
  }));
  const output = derivation.outputs.get("out");
  if (output?.kind !== "input-addressed") throw new Error("a user environment has a path");
  return { references: sorted, derivation, derivationPath: store.writeDerivation(derivation), outPath: output.path };
}

interface Row {
  /** The element of the manifest. */
  readonly attrs: Attrs;
  /** What the builder gets of it: active, priority, number of outputs, their paths. */
  readonly words: readonly Slot[];
}

function describe(
  evaluator: Evaluator,
  store: Store,
  element: PackageInfo,
  keepDerivation: boolean,
  references: Set<StorePath>,
): Row {
  const print = (path: StorePath) => printStorePath(store.storeDir, path);
  const outputs = element.outputsToInstall();
  const system = element.system();
  const derivationPath = keepDerivation ? element.derivationPath() : undefined;
  const meta = new AttrsBuilder();
  for (const name of element.metaNames()) {
    const value = element.metaValue(name);
    if (value !== undefined) meta.set(evaluator.symbol(name), value);
  }
  const attrs = new AttrsBuilder();
  const set = (name: string, slot: Slot) => attrs.set(evaluator.symbol(name), slot);
  set("type", "derivation");
  set("name", element.name());
  if (system !== "") set("system", system);
  set("outPath", print(element.outPath()));
  if (derivationPath !== undefined) {
    set("drvPath", print(derivationPath));
    references.add(derivationPath);
  }
  for (const [name, path] of outputs) {
    set(name, evaluator.attrs({ outPath: print(path) }));
    references.add(path);
  }
  set("outputs", [...outputs.keys()]);
  set("meta", meta.build());
  const active = element.metaValue("active") ?? "true";
  const priority = element.metaValue("priority") ?? defaultPriority;
  return { attrs: attrs.build(), words: [active, priority, outputs.size, ...[...outputs.values()].map(print)] };
}

function makeDerivation(evaluator: Evaluator, store: Store, manifest: StorePath, rows: readonly Row[]): Derivation {
  const derivations = evaluator.coerceToString(
    rows.map((row) => row.words),
    new ContextCollector(),
    "while evaluating the attribute 'derivations' of a user environment",
    { coerceMore: true, copyToStore: false },
  );
  const env: Readonly<Record<string, string>> = {
    allowSubstitutes: "",
    builder: "builtin:buildenv",
    derivations,
    manifest: printStorePath(store.storeDir, manifest),
    name: "user-environment",
    out: "",
    preferLocalBuild: "1",
    system: "builtin",
  };
  return {
    name: "user-environment",
    outputs: new Map([["out", { kind: "deferred" }]]),
    inputDerivations: new Map(),
    inputSources: [manifest],
    system: "builtin",
    builder: "builtin:buildenv",
    args: [],
    env: new Map(Object.entries(env)),
  };
}
