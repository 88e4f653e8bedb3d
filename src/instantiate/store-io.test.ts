import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { LogEvent } from "#formats";
import { deleteTree } from "#host";
import { BaseError, type EvalSettings, printAmbiguous, renderError } from "#language";
import { openLocalStore } from "#store";
import { createEvaluator } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "firn-instantiate-"));
const store = openLocalStore({ root: join(folder, "root"), settings: { fsyncMetadata: false } });
after(() => {
  store.close();
  deleteTree(folder);
});
mkdirSync(join(folder, "source/sub"), { recursive: true });
writeFileSync(join(folder, "source/a.nix"), "1 + 1\n");
writeFileSync(join(folder, "source/sub/b"), "b");
symlinkSync("sub/b", join(folder, "source/link"));

interface Options {
  readonly readOnly?: boolean;
  readonly settings?: Partial<EvalSettings>;
}

/** What evaluating prints, or the error's message; and what was said meanwhile. */
function evaluate(
  source: string,
  { readOnly = false, settings = {} }: Options = {},
): { result: string; events: LogEvent[] } {
  const events: LogEvent[] = [];
  const evaluator = createEvaluator({ store, settings, readOnly, emit: (event) => events.push(event) });
  try {
    const value = evaluator.evalExpr(source, folder);
    evaluator.forceDeep(value);
    return { result: printAmbiguous(evaluator, value), events };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return { result: error.message, events };
  }
}

test("files and folders of this machine are seen, links as links", () => {
  assert.equal(
    evaluate("builtins.readDir ./source").result,
    '{ "a.nix" = "regular"; link = "symlink"; sub = "directory"; }',
  );
  assert.equal(evaluate("builtins.readFile ./source/link").result, '"b"');
  assert.equal(evaluate("import ./source/a.nix").result, "2");
  assert.equal(evaluate("builtins.readFile ./none").result, `path '${folder}/none' does not exist`);
  assert.equal(evaluate("builtins.readFile ./source").result, "read of 4096 bytes: Is a directory");
  const notFolder = `cannot read directory "${folder}/source/a.nix": Not a directory`;
  assert.equal(evaluate("builtins.readDir ./source/a.nix").result, notFolder);
  assert.equal(evaluate("builtins.readDir ./source/a.nix/b").result, `path '${folder}/source/a.nix/b' does not exist`);
});

test("a copy in the store can be read under its store name, also in a chroot store", () => {
  assert.equal(evaluate('builtins.readFile "${./source}/sub/b"').result, '"b"');
  assert.equal(evaluate('builtins.readFile (builtins.toFile "t" "text")').result, '"text"');
  const source = 'import (builtins.toFile "n" "40 + 2")';
  assert.equal(evaluate(source).result, "42");
});

test("read-only evaluation gives the same names and writes nothing", () => {
  const sources = [
    '"${./source}-${builtins.toFile "ro" "only named"}"',
    '(derivation { name = "ro"; system = "s"; builder = ./source/sub; }).drvPath',
    'builtins.path { path = ./source; name = "filtered"; filter = p: t: t != "symlink"; }',
  ];
  for (const source of sources) {
    const before = store.queryAllValidPaths().length;
    const named = evaluate(source, { readOnly: true }).result;
    assert.equal(store.queryAllValidPaths().length, before, source);
    assert.equal(evaluate(source).result, named, source);
    assert.ok(store.queryAllValidPaths().length > before, source);
  }
});

test("a derivation is written with its inputs, and what was written can be imported", () => {
  const source = `
    let d = derivation { name = "top"; system = "s"; builder = "b"; input = derivation { name = "in"; system = "s"; builder = ./source; }; };
        again = import d.drvPath;
    in [ (again.outPath == d.outPath) again.name (builtins.length (builtins.attrNames (builtins.getContext again.drvPath))) ]`;
  assert.equal(evaluate(source).result, '[ true "top" 1 ]');
});

test("pure and restricted evaluation see only what they were given", () => {
  const pure = { settings: { pureEval: true } };
  const path = `${folder}/source/a.nix`;
  const forbidden = `access to absolute path '${path}' is forbidden`;
  assert.equal(
    evaluate(`import ${path}`, pure).result,
    `${forbidden} in pure evaluation mode (use '--impure' to override)`,
  );
  assert.equal(evaluate("builtins ? currentSystem", pure).result, "false");
  assert.equal(evaluate('builtins.readFile (builtins.toFile "p" "pure")', pure).result, '"pure"');
  const restricted = { settings: { restrictEval: true } };
  assert.equal(evaluate(`import ${path}`, restricted).result, `${forbidden} in restricted mode`);
  assert.equal(evaluate(`builtins.pathExists ${path}`, restricted).result, "false");
  const searchPath = [{ prefix: "s", path: `${folder}/source` }];
  assert.equal(evaluate("import <s/a.nix>", { settings: { restrictEval: true, searchPath } }).result, "2");
  assert.equal(evaluate('builtins.getEnv "PATH"', restricted).result, '""');
});

test("traces and warnings are log events", () => {
  const { events } = evaluate('builtins.trace { a = 1; } (builtins.warn "careful" 1)');
  const texts = events.map((event) => (event.kind === "message" ? `${event.level} ${event.text}` : event.kind));
  assert.deepEqual(texts, ["error trace: { a = 1; }", "warn evaluation warning: careful"]);
});

test("what an import needs is built, and the failure of a build is the error of the import", () => {
  const hash = `sha256-${createHash("sha256").update("1 + 1\n").digest("base64")}`;
  const download = (url: string) =>
    `derivation { name = "n"; system = "builtin"; builder = "builtin:fetchurl"; url = "${url}"; outputHash = "${hash}"; }`;
  const url = `file://${folder}/source/a.nix`;
  assert.equal(
    evaluate(`import (${download(url)})`, { settings: { allowImportFromDerivation: false } }).result.replace(
      /[0-9a-z]{32}/,
      "…",
    ),
    "cannot build '/nix/store/…-n.drv^out' during evaluation because the option 'allow-import-from-derivation' is disabled",
  );
  assert.match(evaluate(`import (${download("file:///nothing/is/here")})`).result, /nothing\/is\/here|Cannot build/);
  assert.equal(evaluate(`import (${download(url)})`).result, "2");
  // Once built it is not built again.
  assert.deepEqual(evaluate(`import (${download(url)})`), { result: "2", events: [] });
});

test("restricted evaluation does not follow a link out of what is allowed", () => {
  mkdirSync(join(folder, "inside"));
  symlinkSync("../source/a.nix", join(folder, "inside/out.nix"));
  const searchPath = [{ prefix: "i", path: `${folder}/inside` }];
  const settings = { restrictEval: true, searchPath };
  for (const source of ["import <i/out.nix>", "builtins.readFile <i/out.nix>"]) {
    assert.match(evaluate(source, { settings }).result, /is forbidden in restricted mode|was not found/, source);
  }
});

test("downloads of file URLs go to the store, and a wrong hash ends the evaluation with status 102", () => {
  const url = `file://${folder}/source/a.nix`;
  assert.equal(evaluate(`import (builtins.fetchurl "${url}")`).result, "2");
  const zeros = "0".repeat(52);
  const events: LogEvent[] = [];
  const evaluator = createEvaluator({ store, emit: (event) => events.push(event) });
  assert.throws(
    () => evaluator.evalExpr(`builtins.fetchurl { url = "${url}"; sha256 = "${zeros}"; }`, folder),
    (error) => {
      assert.ok(error instanceof BaseError);
      assert.equal(error.exitStatus, 102);
      assert.match(renderError(error), new RegExp(`hash mismatch in file downloaded from '${url}'`));
      return true;
    },
  );
});
