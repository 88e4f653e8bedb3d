import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hashByteString } from "#formats";
import type { Derivation, StorePath, ValidPathInfo } from "#formats";
import type { Store } from "#store";
import { BuildError } from "./build-result.ts";
import { readDerivationOptions } from "./derivation-options.ts";
import { checkOutputs } from "./output-checks.ts";

const path = (letter: string): StorePath => `${letter.repeat(32)}-${letter}` as StorePath;
const print = (letter: string): string => `/nix/store/${path(letter)}`;

const info = (letter: string, references: string, narSize = 100): ValidPathInfo => ({
  path: path(letter),
  narHash: hashByteString("sha256", letter),
  narSize,
  references: references.split("").map(path),
  registrationTime: 1,
  ultimate: true,
  signatures: [],
});

/** d needs s; both are valid. The build makes out (o), which needs itself, d and dev (v); dev needs nothing. */
const valid = new Map([info("d", "s"), info("s", "")].map((one) => [one.path, one]));
const store = {
  storeDir: "/nix/store",
  queryPathInfo: (wanted: StorePath) => valid.get(wanted) ?? assert.fail(`asked for ${wanted}`),
} as unknown as Store;
const outputs = new Map([
  ["out", info("o", "dov")],
  ["dev", info("v", "")],
]);

const check = (attributes: Record<string, string> | { readonly structured: unknown }): string | undefined => {
  const derivation: Derivation = {
    name: "x",
    outputs: new Map([
      ["out", { kind: "input-addressed", path: path("o") }],
      ["dev", { kind: "input-addressed", path: path("v") }],
    ]),
    inputDerivations: new Map(),
    inputSources: [],
    system: "s",
    builder: "b",
    args: [],
    env: new Map("structured" in attributes ? [] : Object.entries(attributes)),
    ...("structured" in attributes ? { structuredAttributes: JSON.stringify(attributes.structured) } : {}),
  };
  const options = readDerivationOptions("/nix/store", derivation);
  try {
    checkOutputs({ store, derivationPath: "drv" as StorePath, derivation, options, outputs });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof BuildError && error.status === "OutputRejected");
    return error.message;
  }
};

const refused = (output: string, ...paths: readonly string[]): string =>
  `output '${print(output)}' is not allowed to refer to the following paths:${paths.map((one) => `\n  ${print(one)}`).join("")}`;

describe("output checks", () => {
  const outChecks = (checks: object) => ({ structured: { outputChecks: { out: checks } } });
  const cases: readonly [string, Parameters<typeof check>[0], string | undefined][] = [
    ["nothing asked", {}, undefined],
    ["all references allowed", { allowedReferences: `out dev ${print("d")}` }, undefined],
    ["one reference not allowed", { allowedReferences: "out dev" }, refused("o", "d")],
    ["none allowed", { allowedReferences: "" }, refused("o", "d", "o", "v")],
    ["requisites need not name the output itself", { allowedRequisites: `dev ${print("d")} ${print("s")}` }, undefined],
    ["a requisite not allowed", { allowedRequisites: `dev ${print("d")}` }, refused("o", "s")],
    ["a reference forbidden", { disallowedReferences: print("d") }, refused("o", "d")],
    ["an indirect one is no reference", { disallowedReferences: print("s") }, undefined],
    ["a requisite forbidden", { disallowedRequisites: print("s") }, refused("o", "s")],
    ["structured: only for its output", outChecks({ allowedReferences: ["out", "dev", print("d")] }), undefined],
    [
      "structured: self counts among requisites",
      outChecks({ allowedRequisites: ["dev", print("d"), print("s")] }),
      refused("o", "o"),
    ],
    ["structured: top-level attributes do nothing", { structured: { allowedReferences: [] } }, undefined],
    ["structured: size within", outChecks({ maxSize: 100 }), undefined],
    [
      "structured: too large",
      outChecks({ maxSize: 99 }),
      `path '${print("o")}' is too large at 100 bytes; limit is 99 bytes`,
    ],
    [
      "structured: closure too large",
      outChecks({ maxClosureSize: 399 }),
      `closure of path '${print("o")}' is too large at 400 bytes; limit is 399 bytes`,
    ],
    ["structured: closure within", outChecks({ maxClosureSize: 400 }), undefined],
  ];
  for (const [name, attributes, expected] of cases) it(name, () => assert.equal(check(attributes), expected));
});
