// Reading a binary cache: every compression, closures in order, and caches that are broken, foreign or hostile.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { hashBytes, printHash, type StorePath, writeNar } from "#formats";
import { BinaryCache } from "./binary-cache.ts";
import { LocalCacheFiles } from "./cache-files.ts";

const folder = mkdtempSync(join(tmpdir(), "firn-binary-cache-"));
after(() => rmSync(folder, { recursive: true }));
const contents = Buffer.from("hello ".repeat(5000));
const archive = Buffer.concat([
  ...writeNar({ type: "regular", executable: false, size: contents.length, contents: [contents] }),
]);

const path = (letter: string): StorePath => `${letter.repeat(32)}-${letter}` as StorePath;

interface Entry {
  readonly compression?: string;
  readonly bytes?: Uint8Array;
  readonly references?: readonly StorePath[];
  readonly lines?: string;
}

let caches = 0;
function makeCache(entries: Readonly<Record<string, Entry>>, info = "StoreDir: /nix/store\nPriority: 7\n"): string {
  const cache = join(folder, `cache-${caches++}`);
  mkdirSync(join(cache, "nar"), { recursive: true });
  writeFileSync(join(cache, "nix-cache-info"), info);
  for (const [letter, { compression = "none", bytes = archive, references = [], lines }] of Object.entries(entries)) {
    const name = path(letter);
    writeFileSync(join(cache, `nar/${letter}`), bytes);
    const text =
      lines ??
      `StorePath: /nix/store/${name}\nURL: nar/${letter}\nCompression: ${compression}\n` +
        `NarHash: ${printHash(hashBytes("sha256", archive), "nix32", { prefix: true })}\nNarSize: ${archive.length}\n` +
        `References: ${references.join(" ")}\n`;
    writeFileSync(join(cache, `${name.slice(0, 32)}.narinfo`), text);
  }
  return cache;
}

const open = (cache: string) => BinaryCache.open(new LocalCacheFiles(cache), "/nix/store");

async function readArchive(cache: string, letter: string): Promise<Buffer> {
  const opened = await open(cache);
  const info = await opened.queryPathInfo(path(letter));
  assert.ok(info);
  const file = join(folder, "archive");
  await opened.saveArchive(info, file);
  return readFileSync(file);
}

function compressWith(program: string): Buffer | undefined {
  const { error, stdout } = spawnSync(program, ["-c"], { input: archive });
  return error === undefined ? stdout : undefined;
}

const compressed: readonly (readonly [compression: string, bytes: Buffer | undefined])[] = [
  ["none", archive],
  ["gzip", gzipSync(archive)],
  ["br", brotliCompressSync(archive)],
  ["zstd", zstdCompressSync(archive)],
  ["xz", compressWith("xz")],
  ["bzip2", compressWith("bzip2")],
];

for (const [compression, bytes] of compressed) {
  const skip = bytes === undefined ? `there is no ${compression} here` : false;
  test(`an archive compressed by ${compression} is read, and broken data is refused`, { skip }, async () => {
    const cache = makeCache({ a: { compression, bytes: bytes as Buffer } });
    assert.deepEqual(await readArchive(cache, "a"), archive);
    if (compression === "none") return;
    const broken = makeCache({ a: { compression, bytes: Buffer.from("no such thing") } });
    await assert.rejects(readArchive(broken, "a"), /input compression not recognized/);
  });
}

test("a closure has what is referred to before what refers to it", async () => {
  const cache = await open(
    makeCache({ a: { references: [path("b"), path("c"), path("a")] }, b: { references: [path("c")] }, c: {} }),
  );
  assert.equal(cache.info.priority, 7);
  assert.deepEqual(
    (await cache.computeClosure(path("a"))).map((info) => info.path),
    [path("c"), path("b"), path("a")],
  );
});

test("what lacks, is another, refers in a circle or is far too large is told", async () => {
  const circle = await open(makeCache({ a: { references: [path("b")] }, b: { references: [path("a")] } }));
  await assert.rejects(circle.computeClosure(path("a")), /cycle detected in the references/);
  const lacking = await open(makeCache({ a: { references: [path("b")] } }));
  await assert.rejects(lacking.computeClosure(path("a")), new RegExp(`path '/nix/store/${path("b")}' is not valid`));
  assert.equal(await lacking.queryPathInfo(`${"a".repeat(32)}-other` as StorePath), undefined);
  await assert.rejects(
    open(makeCache({ a: { lines: "nonsense" } })).then((cache) => cache.queryPathInfo(path("a"))),
    {
      message: `NAR info file '${"a".repeat(32)}.narinfo' is corrupt: expecting ':' at line 1`,
    },
  );
  const bomb = makeCache({ a: { compression: "gzip", bytes: gzipSync(Buffer.alloc(80 * 1024 * 1024)) } });
  await assert.rejects(readArchive(bomb, "a"), /much larger than the \d+ bytes/);
  const gone = makeCache({ a: {} });
  rmSync(join(gone, "nar/a"));
  await assert.rejects(readArchive(gone, "a"), /file 'nar\/a' does not exist in binary cache/);
});

test("a cache for another store folder, or of an unknown compression, is refused", async () => {
  await assert.rejects(
    open(makeCache({}, "StoreDir: /foo\n")),
    /for Nix stores with prefix '\/foo', not '\/nix\/store'/,
  );
  await assert.rejects(readArchive(makeCache({ a: { compression: "magic" } }), "a"), {
    message: "unknown compression method 'magic'",
  });
});
