import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { outputPlaceholder, parseDerivation, printStorePath } from "#formats";
import type { StorePath } from "#formats";
import { deleteTree } from "#host";
import { openLocalStore } from "#store";
import type { LocalStore } from "#store";
import { buildEnvironment, replacePlaceholders } from "./build-environment.ts";
import type { BuildEnvironment } from "./build-environment.ts";
import { readDerivationOptions } from "./derivation-options.ts";
import { defaultBuildSettings } from "./settings.ts";

/** Goldens are what builders of the real Nix 2.34.8 saw. */
const golden = (name: string): string => readFileSync(new URL(`./goldens/${name}`, import.meta.url), "latin1");

describe("the build environment", () => {
  let store: LocalStore;
  let root: string;
  let inputs: StorePath[];
  before(() => {
    root = mkdtempSync(join(tmpdir(), "firn-environment-"));
    store = openLocalStore({ root });
    const leaf = store.addTextToStore("leaf", "leaf", []);
    inputs = [leaf, store.addTextToStore("mid", printStorePath("/nix/store", leaf), [leaf])];
  });
  after(() => {
    store.close();
    deleteTree(root);
  });

  const read = (name: string): BuildEnvironment => {
    const derivation = parseDerivation("/nix/store", golden(`${name}.drv`), name);
    const environment = buildEnvironment({
      store,
      derivation,
      options: readDerivationOptions("/nix/store", derivation),
      inputPaths: new Set(inputs),
      settings: { ...defaultBuildSettings, cores: 2 },
      buildDirInside: "/build",
    });
    const outputs = [...derivation.outputs].flatMap(([output, spec]) =>
      spec.kind === "input-addressed"
        ? [[outputPlaceholder(output), printStorePath("/nix/store", spec.path)] as const]
        : [],
    );
    const replace = replacePlaceholders(new Map(outputs));
    return { ...environment, files: new Map([...environment.files].map(([file, text]) => [file, replace(text)])) };
  };

  for (const name of ["structured", "graph-structured"]) {
    it(`writes .attrs.sh and .attrs.json as Nix does: ${name}`, () => {
      const { files } = read(name);
      assert.equal(files.get(".attrs.json"), golden(`${name}.attrs-json`));
      assert.equal(files.get(".attrs.sh"), golden(`${name}.attrs.sh`));
    });
  }

  it("sets the variables that Nix sets", () => {
    const lines = golden("structured.env").trim().split("\n");
    // The builder of the golden, a shell, changed PATH and counted itself.
    const expected = lines.filter((line) => !/^(SHLVL|PATH)=/.test(line)).concat("PATH=/path-not-set");
    const { variables } = read("structured");
    assert.deepEqual([...variables].map(([name, value]) => `${name}=${value}`).toSorted(), expected.toSorted());
  });

  it("describes closures for exportReferencesGraph", () => {
    const { files, variables } = read("graph");
    assert.equal(files.get("graph"), golden("graph.graph"));
    assert.equal(files.get("other"), golden("graph.other"));
    assert.equal(variables.get("name"), "eg2");
  });
});
