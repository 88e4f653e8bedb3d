// `fetchClosure` from a cache in a folder. Paths, rewritten ones too, and errors are those of Nix 2.34.8 for the same cache.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  hashBytes,
  makeFixedOutputPath,
  printContentAddress,
  printHash,
  type StorePath,
  storePathHashPart,
  writeNar,
} from "#formats";
import { deleteTree } from "#host";
import { BaseError, NixString } from "#language";
import { openLocalStore } from "#store";
import { createEvaluator } from "./index.ts";

process.env["_NIX_IN_TEST"] = "1";
const folder = mkdtempSync(join(tmpdir(), "firn-fetch-closure-"));
const cache = join(folder, "cache");
mkdirSync(join(cache, "nar"), { recursive: true });
writeFileSync(join(cache, "nix-cache-info"), "StoreDir: /nix/store\n");

function archiveOf(text: string): Buffer {
  const contents = Buffer.from(text);
  const node = { type: "regular", executable: false, size: contents.length, contents: [contents] } as const;
  return Buffer.concat([...writeNar(node)]);
}

function put(path: StorePath, text: string, references: readonly StorePath[], more = ""): void {
  const nar = archiveOf(text);
  writeFileSync(join(cache, `nar/${path}.gz`), gzipSync(nar));
  const lines = [
    `StorePath: /nix/store/${path}`,
    `URL: nar/${path}.gz`,
    "Compression: gzip",
    `NarHash: ${printHash(hashBytes("sha256", nar), "nix32", { prefix: true })}`,
    `NarSize: ${nar.length}`,
    `References: ${references.join(" ")}`,
  ];
  writeFileSync(join(cache, `${storePathHashPart(path)}.narinfo`), `${lines.join("\n")}\n${more}`);
}

const a = "wh025q1bwqbs2ncb4mka930cg9dsac74-a" as StorePath;
const b = "qpg5jbpjmr8y95bmyqp043k9j03pcji1-b" as StorePath;
const rewritten = "7m0b2sfan6hsr986rsk26nvry5w09n0r-b";
put(a, `a /nix/store/${a}\n`, [a]);
put(b, `b /nix/store/${a} /nix/store/${b}\n`, [b, a]);
const address = { method: "nar", hash: hashBytes("sha256", archiveOf("hello")) } as const;
const hello = makeFixedOutputPath("/nix/store", "hello", address);
put(hello, "hello", [], `CA: ${printContentAddress(address)}\n`);

let stores = 0;
/** In a store of its own, with what was said to the user. */
function evaluate(args: string, requireSignatures = true): { readonly answer: string; readonly store: string } {
  const root = join(folder, `root-${stores++}`);
  const store = openLocalStore({ root, settings: { requireSignatures, fsyncMetadata: false } });
  after(() => store.close());
  const settings = { experimentalFeatures: new Set(["fetch-closure"]), pureEval: true };
  const evaluator = createEvaluator({ store, settings, emit: () => undefined });
  try {
    const value = evaluator.evalExpr(`builtins.readFile (builtins.fetchClosure { ${args} })`, "/");
    assert.ok(typeof value === "string" || value instanceof NixString);
    return { answer: typeof value === "string" ? value : value.text, store: root };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return { answer: error.message, store: root };
  }
}
after(() => deleteTree(folder));

const from = `fromStore = "file://${cache}";`;

test("a path whose content decides its name needs no signature", () => {
  assert.equal(evaluate(`${from} fromPath = /nix/store/${hello};`).answer, "hello");
});

test("any other path needs one, and to be asked for as what it is", () => {
  const lacking = `cannot add path '/nix/store/${a}' because it lacks a signature by a trusted key`;
  const asked = `${from} fromPath = /nix/store/${b};`;
  assert.equal(evaluate(`${asked} inputAddressed = true;`).answer, lacking);
  assert.equal(evaluate(`${asked} inputAddressed = true;`, false).answer, `b /nix/store/${a} /nix/store/${b}\n`);
  assert.match(evaluate(asked, false).answer, /is input-addressed, but 'inputAddressed' is set to 'false' \(default\)/);
  const other = evaluate(`${from} fromPath = /nix/store/${hello}; inputAddressed = true;`).answer;
  assert.match(other, /is not input-addressed, but 'inputAddressed' is set to 'true'/);
});

test("a closure is rewritten to the paths that Nix makes of it", () => {
  const asked = `${from} fromPath = /nix/store/${b};`;
  assert.match(
    evaluate(`${asked} toPath = "";`).answer,
    new RegExp(`yielded '/nix/store/${rewritten}'\nUse this value`),
  );
  const self = "/nix/store/370kbwn0v9yfk48m3l21lz81fn0hmmvx-a";
  assert.equal(evaluate(`${asked} toPath = /nix/store/${rewritten};`).answer, `b ${self} /nix/store/${rewritten}\n`);
  const wrong = evaluate(`${asked} toPath = /nix/store/${hello};`).answer;
  assert.match(wrong, new RegExp(`yielded '/nix/store/${rewritten}', while '/nix/store/${hello}' was expected`));
});

const refused: readonly (readonly [args: string, why: string])[] = [
  [`fromStore = "ssh://x"; fromPath = /nix/store/${a};`, "'fetchClosure' only supports http:// and https:// stores"],
  [`fromStore = "auto"; fromPath = /nix/store/${a};`, "'fetchClosure' only supports http:// and https:// stores"],
  [
    `fromStore = "https://x?a=b"; fromPath = /nix/store/${a};`,
    "'fetchClosure' does not support URL query parameters (in 'https://x?a=b')",
  ],
  [`fromPath = /nix/store/${a};`, "attribute 'fromStore' is missing in call to 'fetchClosure'"],
  [from, "attribute 'fromPath' is missing in call to 'fetchClosure'"],
  ["x = 1;", "attribute 'x' isn't supported in call to 'fetchClosure'"],
  [
    `${from} fromPath = /nix/store/${a}; toPath = ""; inputAddressed = true;`,
    "attribute 'inputAddressed' is set to true, but 'toPath' is also set. Please remove one of them",
  ],
  [
    `${from} fromPath = /nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-x;`,
    "path '/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-x' is not valid",
  ],
];

test("what cannot be asked for is refused in Nix's words", () => {
  for (const [args, why] of refused) assert.equal(evaluate(args).answer, why);
});

test("an archive that is not what its cache says is not taken", () => {
  const c = "cccccccccccccccccccccccccccccccc-c" as StorePath;
  put(c, "one", []);
  writeFileSync(join(cache, `nar/${c}.gz`), gzipSync(archiveOf("two")));
  const { answer } = evaluate(`${from} fromPath = /nix/store/${c}; inputAddressed = true;`, false);
  assert.match(answer, new RegExp(`^hash mismatch importing path '/nix/store/${c}'`));
});
