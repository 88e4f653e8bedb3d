import assert from "node:assert/strict";
import { test } from "node:test";
import {
  computeDerivationPath,
  derivationFromJson,
  derivationNameFromPath,
  derivationOutputPath,
  derivationToJson,
  derivationType,
  downstreamPlaceholder,
  fillOutputPaths,
  hashDerivationModulo,
  instantiateDerivation,
  jsonMember,
  jsonObject,
  makeDerivationFile,
  outputPlaceholder,
  parseDerivation,
  parseJson,
  parseStorePath,
  parseStorePathBaseName,
  printDerivation,
  printJson,
  printStorePath,
} from "./index.ts";
import type { Derivation, DerivationModulo, DerivationOutput, StorePath } from "./index.ts";
import { readGolden, readGoldenLines, readGoldenTable } from "./golden/read-golden.test-support.ts";

const store = "/nix/store";

interface Golden {
  readonly path: StorePath;
  readonly text: string;
  readonly derivation: Derivation;
}

const goldens = new Map<StorePath, Golden>();
for (const line of readGoldenLines("derivations.txt")) {
  const space = line.indexOf(" ");
  const path = parseStorePathBaseName(line.slice(0, space));
  const text = line.slice(space + 1);
  goldens.set(path, { path, text, derivation: parseDerivation(store, text, derivationNameFromPath(path)) });
}

function goldenOf(path: StorePath): Golden {
  const golden = goldens.get(path);
  assert.ok(golden !== undefined, path);
  return golden;
}

const modulos = new Map<StorePath, DerivationModulo>();
function queryModulo(path: StorePath): DerivationModulo {
  let modulo = modulos.get(path);
  if (modulo === undefined) {
    modulo = hashDerivationModulo(store, goldenOf(path).derivation, queryModulo);
    modulos.set(path, modulo);
  }
  return modulo;
}

/** As the evaluator has it before its paths are computed. */
function emptied(derivation: Derivation): Derivation {
  const outputs = new Map<string, DerivationOutput>();
  const env = new Map(derivation.env);
  for (const [name, output] of derivation.outputs) {
    outputs.set(name, output.kind === "input-addressed" ? { kind: "deferred" } : output);
    if (output.kind === "input-addressed" || output.kind === "deferred") env.set(name, "");
  }
  return { ...derivation, outputs, env };
}

test("there are goldens for every kind of output and input", () => {
  assert.ok(goldens.size >= 100);
  const all = [...goldens.values()];
  for (const kind of ["input-addressed", "fixed", "floating", "deferred", "impure"]) {
    assert.ok(
      all.some(({ derivation }) => [...derivation.outputs.values()].some((output) => output.kind === kind)),
      kind,
    );
  }
  assert.ok(all.some(({ text }) => text.startsWith("DrvWithVersion")));
  assert.ok(all.some(({ derivation }) => derivation.structuredAttributes !== undefined));
});

test("a derivation that Nix wrote is read and printed byte for byte", () => {
  for (const { text, derivation } of goldens.values()) assert.equal(printDerivation(store, derivation), text);
});

test("a derivation's own path is the one that Nix gave it", () => {
  for (const { path, derivation } of goldens.values()) {
    assert.equal(computeDerivationPath(store, derivation), path);
    const references = new Set([...derivation.inputDerivations.keys(), ...derivation.inputSources]);
    assert.deepEqual(makeDerivationFile(store, derivation).references, [...references].toSorted());
  }
});

test("output paths are computed as Nix computes them", () => {
  for (const { derivation } of goldens.values()) {
    assert.deepEqual(fillOutputPaths(store, emptied(derivation), queryModulo), derivation);
  }
});

test("instantiating in one go gives the same as its steps", () => {
  for (const { path, text, derivation } of goldens.values()) {
    const instantiation = instantiateDerivation(store, emptied(derivation), queryModulo);
    assert.equal(instantiation.file.path, path);
    assert.equal(instantiation.file.contents, text);
    assert.deepEqual(instantiation.derivation, derivation);
    assert.deepEqual(instantiation.modulo, queryModulo(path));
  }
});

test("instantiating fills in variables that are not there at all", () => {
  const derivation = [...goldens.values()].find((golden) => golden.derivation.outputs.size > 2)
    ?.derivation as Derivation;
  const env = new Map([...derivation.env].filter(([name]) => !derivation.outputs.has(name)));
  const { derivation: filled } = instantiateDerivation(store, { ...emptied(derivation), env }, queryModulo);
  for (const name of derivation.outputs.keys()) {
    assert.equal(filled.env.get(name), printStorePath(store, derivationOutputPath(store, filled, name) as StorePath));
  }
  assert.deepEqual([...filled.env.keys()], [...filled.env.keys()].toSorted());
});

test("outputs have the paths, or the placeholders, that Nix says", () => {
  for (const [drv, output, expected] of readGoldenTable("output-paths.tsv")) {
    const { path, derivation } = goldenOf(parseStorePath(store, drv as string));
    const computed = derivationOutputPath(store, derivation, output as string);
    const printed =
      computed === undefined ? downstreamPlaceholder(path, output as string) : printStorePath(store, computed);
    assert.equal(printed, expected);
  }
});

test("placeholders are those of builtins.placeholder and builtins.outputOf", () => {
  for (const [name, placeholder] of readGoldenTable("placeholders.tsv")) {
    assert.equal(outputPlaceholder(name as string), placeholder);
  }
  const producer = [...goldens.keys()].find((path) => path.endsWith("-produced.drv.drv")) as StorePath;
  const user = (name: string): Derivation =>
    [...goldens.values()].find(({ derivation }) => derivation.name === name)?.derivation as Derivation;
  assert.equal(user("uses-produced").env.get("dep"), downstreamPlaceholder(producer, "out", "out"));
  assert.equal(user("uses-two-produced").env.get("b"), downstreamPlaceholder(producer, "out", "dev"));
  assert.equal(user("uses-produced-twice").env.get("a"), downstreamPlaceholder(producer, "out", "out", "lib"));
});

test("derivations print as the JSON of nix derivation show, byte for byte", () => {
  const shown = [...goldens.values()].filter(({ derivation }) => derivation.name !== "raw-bytes");
  const json = {
    version: 4,
    derivations: Object.fromEntries(shown.map(({ path, derivation }) => [path, derivationToJson(derivation)])),
  };
  assert.equal(`${printJson(json)}\n`, readGolden("derivation-show.json"));
});

test("the JSON of nix derivation show is read back to the same derivations", () => {
  const shown = jsonObject(jsonMember(jsonObject(parseJson(readGolden("derivation-show.json"))), "derivations"));
  for (const [path, json] of Object.entries(shown)) {
    const { derivation } = goldenOf(path as StorePath);
    assert.deepEqual(derivationFromJson(json), derivation);
  }
});

test("a derivation that is not text has no JSON", () => {
  const { derivation } = [...goldens.values()].find((golden) => golden.derivation.name === "raw-bytes") as Golden;
  assert.throws(() => derivationToJson(derivation), { code: "not-utf8" });
});

test("JSON that is no derivation is refused in Nix's words", () => {
  const output = { method: "nar", hash: "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" };
  const whole = {
    name: "x",
    version: 4,
    outputs: { out: output },
    inputs: { srcs: [], drvs: {} },
    system: "s",
    builder: "b",
    args: [],
    env: {},
  };
  assert.equal(derivationFromJson(whole).name, "x");
  const check = (json: object, words: RegExp): void => {
    assert.throws(() => derivationFromJson(parseJson(JSON.stringify(json))), words);
  };
  check([], /^FirnError: Expected JSON value to be of type 'object' but it is of type 'array': \[\]$/);
  check(
    { ...whole, version: 3 },
    /Unsupported derivation JSON format version 3, only format version 4 is currently supported\./,
  );
  check({ ...whole, version: -1 }, /to be an unsigned integral number but it is of type 'signed integral number': -1/);
  check(
    { name: "x", version: 4 },
    /Expected JSON object to contain key 'inputs' but it doesn't: \{"name":"x","version":4\}/,
  );
  check({ ...whole, outputs: { out: { method: "nar" } } }, /invalid JSON for derivation output/);
  check({ ...whole, outputs: { out: { ...output, method: "tar" } } }, /Unknown file ingestion method 'tar'/);
  check({ ...whole, args: "x" }, /to be of type 'array' but it is of type 'string': "x"/);
  check({ ...whole, inputs: { srcs: ["x"], drvs: {} } }, /'x' is too short to be a valid store path/);
});

test("outputs that do not go together are refused in Nix's words", () => {
  const base = goldens.values().next().value as Golden;
  const fixed = [...goldens.values()]
    .flatMap(({ derivation }) => [...derivation.outputs.values()])
    .find(({ kind }) => kind === "fixed") as DerivationOutput;
  const deferred: DerivationOutput = { kind: "deferred" };
  const floating = (algorithm: "sha256" | "sha512"): DerivationOutput => ({
    kind: "floating",
    method: "nar",
    algorithm,
  });
  const check = (outputs: readonly (readonly [string, DerivationOutput])[], message: string): void => {
    assert.throws(() => derivationType({ ...base.derivation, outputs: new Map(outputs) }), { message });
  };
  check([], "must have at least one output");
  check(
    [
      ["out", fixed],
      ["x", deferred],
    ],
    "can't mix derivation output types",
  );
  check([["a", fixed]], 'single fixed output must be named "out"');
  check(
    [
      ["out", fixed],
      ["x", fixed],
    ],
    "only one fixed output is allowed for now",
  );
  check(
    [
      ["out", floating("sha256")],
      ["x", floating("sha512")],
    ],
    "all floating outputs must use the same hash algorithm",
  );
});

test("a path that is there already has to be the right one", () => {
  const { derivation } = [...goldens.values()].find(
    (golden) => golden.derivation.outputs.get("out")?.kind === "input-addressed",
  ) as Golden;
  const wrong = parseStorePathBaseName("ffffffffffffffffffffffffffffffff-wrong");
  const outputs = new Map(derivation.outputs).set("out", { kind: "input-addressed", path: wrong });
  const env = new Map(derivation.env).set("out", printStorePath(store, wrong));
  assert.throws(
    () => fillOutputPaths(store, { ...derivation, outputs }, queryModulo),
    /derivation has incorrect output/,
  );
  assert.throws(
    () => fillOutputPaths(store, { ...derivation, env }, queryModulo),
    /incorrect environment variable 'out'/,
  );
});

test("__json is not for the environment", () => {
  const { derivation } = goldens.values().next().value as Golden;
  const env = new Map(derivation.env).set("__json", "{}");
  assert.throws(() => printDerivation(store, { ...derivation, env }), /reserved for encoding structured attrs/);
});
