// The environment in which a builder runs, and the files that lie in its directory before it starts: passAsFile,
// structured attributes, exportReferencesGraph (Nix's DesugaredEnv and initEnv). All strings are byte strings.

import {
  derivationType,
  encodeNix32,
  hashByteString,
  isDerivationPath,
  outputPlaceholder,
  printContentAddress,
  printHash,
  printStorePath,
  printValidityRegistration,
} from "#formats";
import type { Derivation, StorePath } from "#formats";
import { computeClosure } from "#store";
import type { Store } from "#store";
import { BuildError } from "./build-result.ts";
import type { DerivationOptions } from "./derivation-options.ts";
import { printJson, printShellDeclarations } from "./structured-attributes.ts";
import type { Json } from "./structured-attributes.ts";
import { buildCores } from "./settings.ts";
import type { BuildSettings } from "./settings.ts";

export interface EnvironmentRequest {
  readonly store: Store;
  readonly derivation: Derivation;
  readonly options: DerivationOptions;
  readonly inputPaths: ReadonlySet<StorePath>;
  readonly settings: BuildSettings;
  /** The build's directory as the builder sees it. */
  readonly buildDirInside: string;
}

export interface BuildEnvironment {
  /** Sorted by name. */
  readonly variables: ReadonlyMap<string, string>;
  /** Name in the build's directory to contents. */
  readonly files: ReadonlyMap<string, string>;
}

/** Output placeholders are not replaced yet; `replacePlaceholders` does that, also for arguments. */
export function buildEnvironment(request: EnvironmentRequest): BuildEnvironment {
  const { store, derivation, options, settings, buildDirInside } = request;
  const files = new Map<string, string>();
  const variables = new Map<string, string>([
    ["PATH", "/path-not-set"],
    ["HOME", "/homeless-shelter"],
    ["NIX_STORE", store.storeDir],
    ["NIX_BUILD_CORES", String(buildCores(settings))],
  ]);
  const asFile = (name: string, fileName: string, contents: string): void => {
    files.set(fileName, contents);
    variables.set(name, `${buildDirInside}/${fileName}`);
  };
  if (options.structured === undefined) {
    for (const [name, value] of derivation.env) {
      if (options.passAsFile.has(name)) asFile(`${name}Path`, `.attr-${hashOfName(name)}`, value);
      else variables.set(name, value);
    }
    for (const [fileName, paths] of options.exportReferencesGraph) {
      files.set(fileName, validityRegistrations(request, paths));
    }
  } else {
    const attributes = completeStructuredAttributes(request, options.structured);
    asFile("NIX_ATTRS_SH_FILE", ".attrs.sh", printShellDeclarations(attributes));
    asFile("NIX_ATTRS_JSON_FILE", ".attrs.json", printJson(attributes));
  }
  for (const name of ["NIX_BUILD_TOP", "TMPDIR", "TEMPDIR", "TMP", "TEMP", "PWD"]) variables.set(name, buildDirInside);
  const type = derivationType(derivation).kind;
  if (type === "fixed") variables.set("NIX_OUTPUT_CHECKED", "1");
  if (type === "fixed" || type === "impure") {
    for (const name of options.impureEnvVars) variables.set(name, settings.environment[name] ?? "");
  }
  variables.set("NIX_LOG_FD", "2");
  variables.set("TERM", "xterm-256color");
  return { variables: new Map([...variables].toSorted(([a], [b]) => (a < b ? -1 : 1))), files };
}

/** A function that puts the output paths in the place of `builtins.placeholder`'s hashes. */
export function replacePlaceholders(rewrites: ReadonlyMap<string, string>): (text: string) => string {
  return (text) => {
    let result = text;
    for (const [from, to] of rewrites) {
      if (result.includes(from)) result = result.replaceAll(from, to);
    }
    return result;
  };
}

const hashOfName = (name: string): string => encodeNix32(hashByteString("sha256", name).bytes);

function completeStructuredAttributes(
  request: EnvironmentRequest,
  given: ReadonlyMap<string, Json>,
): Map<string, Json> {
  const attributes = new Map(given);
  const outputs = [...request.derivation.outputs.keys()].map((name) => [name, outputPlaceholder(name)] as const);
  attributes.set("outputs", new Map(outputs));
  for (const [key, paths] of request.options.exportReferencesGraph) {
    attributes.set(
      key,
      exportedReferences(request, paths).map((path) => describePath(request.store, path)),
    );
  }
  return attributes;
}

/** The form is older than other JSON of path information and must stay as it is (pathInfoToJSON). */
function describePath(store: Store, path: StorePath): Json {
  const info = store.queryPathInfo(path);
  const closure = computeClosure(store, [path]);
  const closureSize = closure.reduce((sum, member) => sum + store.queryPathInfo(member).narSize, 0);
  return new Map<string, Json>([
    ...(info.ca === undefined ? [] : [["ca", printContentAddress(info.ca)] as const]),
    ["closureSize", { number: String(closureSize) }],
    ["narHash", printHash(info.narHash, "nix32", { prefix: true })],
    ["narSize", { number: String(info.narSize) }],
    ["path", printStorePath(store.storeDir, path)],
    ["references", info.references.map((reference) => printStorePath(store.storeDir, reference))],
    ["valid", true],
  ]);
}

function validityRegistrations(request: EnvironmentRequest, paths: readonly StorePath[]): string {
  const { store } = request;
  let text = "";
  for (const path of exportedReferences(request, paths)) {
    const { references } = store.queryPathInfo(path);
    text += printValidityRegistration(store.storeDir, { path, references });
  }
  return text;
}

/**
 * The closure of `paths`, which must be inputs, sorted. A derivation among them brings the closures of its outputs, which
 * Nix added for the making of installation images (Store::exportReferences).
 */
function exportedReferences({ store, inputPaths }: EnvironmentRequest, paths: readonly StorePath[]): StorePath[] {
  for (const path of paths) {
    if (!inputPaths.has(path)) throw notInInputClosure(store, path);
  }
  const closure = computeClosure(store, paths);
  const outputs = closure.filter(isDerivationPath).flatMap((path) => [...store.queryDerivationOutputs(path).values()]);
  return outputs.length === 0 ? closure : computeClosure(store, [...closure, ...outputs]);
}

function notInInputClosure(store: Store, path: StorePath): BuildError {
  return new BuildError(
    "InputRejected",
    `cannot export references of path '${printStorePath(store.storeDir, path)}' because it is not in the input closure of the derivation`,
  );
}
