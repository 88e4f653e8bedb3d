import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  byteStringToBytes,
  bytesToByteString,
  FirnError,
  listNar,
  NarListingSink,
  narListingFileToJson,
  narListingToJson,
  NarReader,
  NarWriter,
  parseNar,
  parseNarStream,
  printJson,
  shallowNarListingToJson,
  writeNar,
} from "./index.ts";
import type { NarNode, NarSink } from "./index.ts";
import { borderlineNars, evilNars } from "./golden/evil-nars.test-support.ts";
import { readGolden, readGoldenBytes, readGoldenTable, resultOrMessage } from "./golden/read-golden.test-support.ts";

/** What a sink was told, in short. */
class Recorder implements NarSink {
  readonly events: string[] = [];

  startDirectory(): void {
    this.events.push("{");
  }
  startEntry(name: string): void {
    this.events.push(`${name}:`);
  }
  endDirectory(): void {
    this.events.push("}");
  }
  regularFile(executable: boolean, size: number): void {
    this.events.push(`${executable ? "executable" : "file"} ${size} `);
  }
  contents(chunk: Uint8Array): void {
    const last = this.events.pop() as string;
    this.events.push(last + bytesToByteString(chunk));
  }
  endRegularFile(): void {
    this.events.push(".");
  }
  symlink(target: string): void {
    this.events.push(`-> ${target}`);
  }
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function record(bytes: Uint8Array, size = bytes.length, caseHack = false): readonly string[] {
  const recorder = new Recorder();
  parseNar(pieces(bytes, Math.max(size, 1)), recorder, { caseHack });
  return recorder.events;
}

function join(chunks: Iterable<Uint8Array>): Uint8Array {
  const all = [...chunks];
  const joined = new Uint8Array(all.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of all) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

test("an archive that Nix wrote is read and written byte for byte, in pieces of any size", () => {
  const nar = readGoldenBytes("tree.nar");
  for (const size of [1, 3, 8, 13, 100, 4096, nar.length]) {
    const chunks: Uint8Array[] = [];
    const writer = new NarWriter((chunk) => chunks.push(Uint8Array.from(chunk)));
    parseNar(pieces(nar, size), writer);
    writer.finish();
    assert.deepEqual(join(chunks), nar);
  }
});

test("an archive comes from an asynchronous source as well", async () => {
  const nar = readGoldenBytes("tree.nar");
  const recorder = new Recorder();
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* pieces(nar, 1000);
  }
  await parseNarStream(stream(), recorder);
  assert.deepEqual(recorder.events, record(nar));
});

test("listings are those of nix nar ls", () => {
  const listing = listNar(pieces(readGoldenBytes("tree.nar"), 77));
  assert.equal(`${printJson(narListingToJson(listing))}\n`, readGolden("tree.ls.json"));
  assert.equal(`${printJson(shallowNarListingToJson(listing))}\n`, readGolden("tree.shallow.json"));
  assert.match(printJson(narListingFileToJson(listing)), /^\{"root":\{"entries":.*,"version":1\}$/);
});

test("an archive that is wrong in one way is refused in Nix's words, before the sink hears of it", () => {
  const words = new Map(readGoldenTable("evil-nars.tsv").map(([name, message]) => [name, message]));
  // Nix goes on to wait for 2^64-8 bytes; here the length itself is refused.
  words.set("contents-huge", "bad archive: a file cannot have 18446744073709552000 bytes");
  for (const [name, bytes] of Object.entries(evilNars)) {
    for (const size of [1, bytes.length]) {
      const recorder = new Recorder();
      const message = resultOrMessage(() => {
        parseNar(pieces(bytes, Math.max(size, 1)), recorder);
        return "";
      });
      assert.equal(message.replaceAll("\0", ""), words.get(name), name);
      assert.notEqual(message, "", name);
      for (const event of recorder.events) assert.doesNotMatch(event, /^(\.\.?|.*\/.*|.*\0.*|):$/, name);
    }
  }
});

test("archives at the limits are read, as by Nix, and written again", () => {
  const words = new Map(readGoldenTable("evil-nars.tsv").map(([name, message]) => [name, message]));
  for (const [name, bytes] of Object.entries(borderlineNars)) {
    assert.equal(words.get(name), "", name);
    const chunks: Uint8Array[] = [];
    const writer = new NarWriter((chunk) => chunks.push(chunk));
    parseNar(pieces(bytes, 5), writer);
    writer.finish();
    assert.deepEqual(join(chunks), bytes, name);
  }
});

test("bytes behind the end are the reader's caller's", () => {
  const nar = borderlineNars["empty-file"] as Uint8Array;
  const reader = new NarReader(new Recorder());
  assert.equal(reader.push(join([nar, Uint8Array.of(1, 2, 3)])), nar.length);
  assert.ok(reader.done);
  assert.equal(reader.offset, nar.length);
  assert.equal(reader.push(Uint8Array.of(4)), 0);
  reader.finish();
  assert.throws(() => record(join([nar, Uint8Array.of(1)])), /there are bytes behind the end of the archive/);
});

test("names that differ in case only are told apart when asked", () => {
  const file: NarNode = { type: "regular", executable: false, size: 0, contents: [] };
  const nar = (...names: string[]): Uint8Array =>
    join(writeNar({ type: "directory", entries: names.map((name) => [name, file] as const) }));
  const names = (events: readonly string[]): readonly string[] => events.filter((event) => event.endsWith(":"));
  const three = nar("A", "B", "a");
  assert.deepEqual(names(record(three)), ["A:", "B:", "a:"]);
  assert.deepEqual(names(record(three, 9, true)), ["A:", "B:", "a~nix~case~hack~1:"]);
  assert.deepEqual(names(record(nar("AA", "Aa", "aA"), 9, true)), [
    "AA:",
    "Aa~nix~case~hack~1:",
    "aA~nix~case~hack~2:",
  ]);
  const collides = /collides with case-hacked file name/;
  assert.throws(() => record(nar("A", "A~nix~case~hack~1", "a"), 9, true), collides);
  assert.throws(() => record(nar("A", "a", "a~nix~case~hack~1"), 9, true), collides);
});

test("a writer keeps the archive's rules", () => {
  const write = (node: NarNode): void => {
    for (const chunk of writeNar(node)) assert.ok(chunk.length > 0);
  };
  const file = (size: number, ...contents: Uint8Array[]): NarNode => ({
    type: "regular",
    executable: false,
    size,
    contents,
  });
  const directory = (...entries: readonly (readonly [string, NarNode])[]): NarNode => ({ type: "directory", entries });
  const deep = (depth: number): NarNode => (depth === 0 ? file(0) : directory(["d", deep(depth - 1)]));
  write(deep(63));
  assert.throws(() => write(deep(64)), {
    message: `path '${"/d".repeat(64)}' exceeds maximum NAR directory depth of 64`,
  });
  assert.throws(() => write(directory(["b", file(0)], ["a", file(0)])), /NAR directory is not sorted/);
  assert.throws(() => write(directory(["a/b", file(0)])), /NAR contains invalid file name 'a\/b'/);
  assert.throws(() => write({ type: "symlink", target: "" }), /invalid symlink target/);
  assert.throws(
    () => write(directory(["f", file(3, Uint8Array.of(1, 2))])),
    /'\/f': its size changed while it was read/,
  );
  assert.throws(
    () => write(directory(["f", file(1, Uint8Array.of(1, 2))])),
    /'\/f': its size changed while it was read/,
  );
});

test("big contents are passed on uncopied and small ones gathered", () => {
  const big = new Uint8Array(100_000);
  const chunks = [...writeNar({ type: "regular", executable: true, size: big.length, contents: [big] })];
  assert.ok(chunks.includes(big));
  const small = Array.from({ length: 1000 }, () => Uint8Array.of(1));
  assert.ok([...writeNar({ type: "regular", executable: true, size: 1000, contents: small })].length < 10);
});

const anyBytes = fc.uint8Array({ maxLength: 40 });
const anyName = fc
  .string({ unit: fc.constantFrom(..."aAb.-\xff\n~".split("")), minLength: 1, maxLength: 4 })
  .filter((name) => name !== "." && name !== "..");
const anyNode: fc.Arbitrary<NarNode> = fc.letrec<{ node: NarNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc
      .tuple(fc.boolean(), anyBytes)
      .map(([executable, bytes]) => ({ type: "regular", executable, size: bytes.length, contents: [bytes] }) as const),
    anyName.map((target) => ({ type: "symlink", target }) as const),
    fc
      .array(fc.tuple(anyName, tie("node")), { maxLength: 4 })
      .map(
        (entries) =>
          ({ type: "directory", entries: [...new Map(entries)].toSorted(([a], [b]) => (a < b ? -1 : 1)) }) as const,
      ),
  ),
})).node;

test("any tree is written and read back, whatever the pieces", () => {
  fc.assert(
    fc.property(anyNode, fc.integer({ min: 1, max: 50 }), (node, size) => {
      const nar = join(writeNar(node));
      const chunks: Uint8Array[] = [];
      const writer = new NarWriter((chunk) => chunks.push(Uint8Array.from(chunk)));
      parseNar(pieces(nar, size), writer);
      writer.finish();
      assert.deepEqual(join(chunks), nar);
      assert.deepEqual(record(nar, size), record(nar));
    }),
  );
});

test("an archive with some bytes changed is read or refused, but does nothing else", () => {
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255), remove: fc.nat(9) });
  fc.assert(
    fc.property(anyNode, fc.array(change, { minLength: 1, maxLength: 3 }), (node, changes) => {
      let bytes = join(writeNar(node));
      for (const { at, byte, remove } of changes) {
        const start = Math.floor(at * bytes.length);
        const end = remove > 8 ? start + 8 : start + 1;
        bytes = join([bytes.subarray(0, start), Uint8Array.of(byte), bytes.subarray(end)]);
      }
      try {
        const sink = new NarListingSink();
        parseNar(pieces(bytes, 11), sink);
        assert.ok(sink.result !== undefined);
      } catch (error) {
        assert.ok(error instanceof FirnError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test("an archive cut off anywhere is refused", () => {
  const nar = borderlineNars["order-of-bytes"] as Uint8Array;
  for (let end = 0; end < nar.length; end++) {
    assert.throws(() => record(nar.subarray(0, end)), { message: "unexpected end-of-file" });
  }
});

test("a file of a gigabyte goes through in constant memory", () => {
  const chunk = new Uint8Array(1 << 20);
  const count = 1024;
  let seen = 0;
  const contents = (function* (): Generator<Uint8Array> {
    for (let i = 0; i < count; i++) yield chunk;
  })();
  class Counter extends Recorder {
    override contents(bytes: Uint8Array): void {
      seen += bytes.length;
    }
  }
  const before = process.memoryUsage().arrayBuffers;
  parseNar(writeNar({ type: "regular", executable: false, size: count * chunk.length, contents }), new Counter());
  assert.equal(seen, count * chunk.length);
  assert.ok(process.memoryUsage().arrayBuffers - before < 16 << 20);
});

test("names and targets are bytes", () => {
  const nar = join(writeNar({ type: "directory", entries: [["\xc3\xa4", { type: "symlink", target: "\xff" }]] }));
  assert.deepEqual(record(nar), ["{", "\xc3\xa4:", "-> \xff", "}"]);
  assert.ok(bytesToByteString(nar).includes(bytesToByteString(byteStringToBytes("\xc3\xa4"))));
});
