import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { fillOutputPaths } from "#formats";
import type { StorePath } from "#formats";
import { deleteTree } from "#host";
import { cannotBuild, Workshop } from "./workshop.test-support.ts";

/** What the real Nix 2.34.8 made of the packages that packages.sh makes: links, warnings and errors of each environment. */
const goldens = readFileSync(new URL("./goldens/buildenv.txt", import.meta.url), "utf8")
  .split(/^=== /m)
  .slice(1)
  .map((text) => {
    const [head = "", ...lines] = text.trimEnd().split("\n");
    const [name = "", ...derivations] = head.split(" ");
    return { name, derivations, lines };
  });

describe("builtin:buildenv", { skip: cannotBuild }, () => {
  let w: Workshop;
  before(() => {
    w = new Workshop();
    const folder = mkdtempSync(join(tmpdir(), "firn-packages-"));
    execFileSync("sh", [fileURLToPath(new URL("./goldens/packages.sh", import.meta.url)), folder]);
    const add = (name: string): string =>
      w.print(w.store.addToStore(name, join(folder, name), { method: "nar", algorithm: "sha256" }).path);
    const [two, clash] = ["one", "two", "clash", "afile", "dirfile", "filedir"].map(add).slice(1);
    mkdirSync(join(folder, "prop/nix-support"), { recursive: true });
    mkdirSync(join(folder, "prop/share/prop"), { recursive: true });
    writeFileSync(join(folder, "prop/nix-support/propagated-user-env-packages"), `${two} ${clash}\n`);
    writeFileSync(join(folder, "prop/share/prop/p"), "\n");
    add("prop");
    deleteTree(folder);
  });
  after(() => w.close());

  const environment = (name: string, derivations: readonly string[], more: readonly StorePath[] = []): StorePath => {
    const manifest = w.store.queryAllValidPaths().find((path) => path.endsWith("-afile")) as StorePath;
    const sources = derivations
      .filter((word) => word.startsWith("/"))
      .map((path) => path.slice("/nix/store/".length) as StorePath);
    const env = {
      builder: "builtin:buildenv",
      derivations: derivations.join(" "),
      manifest: w.print(manifest),
      name: `env-${name}`,
      out: "",
      system: "builtin",
    };
    const derivation = {
      name: `env-${name}`,
      outputs: new Map([["out", { kind: "deferred" }]] as const),
      inputDerivations: new Map(),
      inputSources: [...new Set([manifest, ...sources, ...more])].toSorted(),
      system: "builtin",
      builder: "builtin:buildenv",
      args: [],
      env: new Map(Object.entries(env)),
    };
    return w.store.writeDerivation(
      fillOutputPaths(w.store.storeDir, derivation, (path) => w.store.derivationModulo(path)),
    );
  };

  const listLinks = (real: string, prefix = ""): string[] =>
    readdirSync(real).flatMap((name) =>
      lstatSync(`${real}/${name}`).isDirectory()
        ? listLinks(`${real}/${name}`, `${prefix}${name}/`)
        : `${prefix}${name} -> ${readlinkSync(`${real}/${name}`)}`,
    );

  const indent = (text: string): string => text.replaceAll("\n", `\n${" ".repeat(7)}`);

  for (const { name, derivations, lines } of goldens) {
    it(`makes the environment "${name}" as Nix does`, async () => {
      const drv = environment(name, derivations);
      const { results, events, lines: log } = await w.realise(drv, { printBuildLogs: true });
      const warnings = events.flatMap((event) =>
        event.kind === "message" && event.level === "warn" ? `warning: ${event.text}` : [],
      );
      const [result] = results;
      const made = result?.success === true ? listLinks(w.real(drv)) : [];
      const failed = result?.success === false ? indent(`error: ${result.error.message}`).split("\n") : [];
      // Which warnings come before an error depends on the order in which a folder lists its files. Hints are Firn's own.
      const relevant = (line: string): boolean =>
        failed.length === 0 || !(line.startsWith("warning: ") || line.startsWith("hint: "));
      assert.deepEqual(
        [...made, ...warnings, ...log, ...failed].filter(relevant).toSorted(),
        lines.filter(relevant).toSorted(),
      );
    });
  }

  it("brings along what packages propagate, after everything that was asked for", async () => {
    const find = (suffix: string) => w.store.queryAllValidPaths().find((path) => path.endsWith(suffix)) as StorePath;
    const packages = [find("-one"), find("-prop")];
    const words = packages.flatMap((path) => ["true", "5", "1", w.print(path)]);
    const drv = environment("propagated-visible", words, [find("-two"), find("-clash")]);
    const { results } = await w.realise(drv);
    assert.equal(results[0]?.success, true);
    const links = listLinks(w.real(drv));
    assert.ok(links.includes(`bin/a -> ${w.print(find("-one"))}/bin/a`));
    assert.ok(links.includes(`bin/z -> ${w.print(find("-clash"))}/bin/z`));
    assert.ok(links.includes(`share/prop -> ${w.print(find("-prop"))}/share/prop`));
  });
});
