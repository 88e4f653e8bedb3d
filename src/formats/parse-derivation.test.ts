import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  derivationFromJson,
  derivationToJson,
  FirnError,
  parseDerivation,
  parseJson,
  printDerivation,
  printJson,
  toByteString,
} from "./index.ts";
import type { Derivation, DerivationOutput, InputNode, StorePath } from "./index.ts";
import { readGoldenLines } from "./golden/read-golden.test-support.ts";

const store = "/nix/store";
const minimal = 'Derive([("out","","","")],[],[],"s","b",[],[])';
const path = "ffffffffffffffffffffffffffffffff-x";

function read(text: string): Derivation {
  return parseDerivation(store, text, "x");
}

test("what is not a derivation is refused, with the byte at which that shows", () => {
  const check = (text: string, message: string): void => {
    assert.throws(() => read(text), { name: "FirnError", code: "bad-derivation", message }, text);
  };
  const withOutput = (output: string): string => `Derive([${output}],[],[],"s","b",[],[])`;
  assert.equal(printDerivation(store, read(minimal)), minimal);
  check("", "derivation does not start with 'Derive' or 'DrvWithVersion' (at byte 0)");
  check("Derive", "derivation does not start with 'Derive' or 'DrvWithVersion' (at byte 0)");
  check("Derive(", "expected string '[' (at byte 7)");
  check('DrvWithVersion("x",[', "Unknown derivation ATerm format version 'x' (at byte 18)");
  check(`${minimal} `, "expected the end of the derivation (at byte 46)");
  check(minimal.slice(0, -1), "expected string ')' (at byte 45)");
  check('Derive([("out', "unterminated string in derivation (at byte 9)");
  check('Derive([("out\\', "unterminated string in derivation (at byte 9)");
  check('Derive([("out\\"', "unterminated string in derivation (at byte 9)");
  check(withOutput('("a","","",""),("a","","","")'), "'a' occurs twice (at byte 23)");
  check(withOutput('("a","","","")("b","","","")'), "expected string ']' (at byte 22)");
  check(withOutput(',("a","","","")'), "expected string '(' (at byte 8)");
  check(withOutput('("a","","",""),'), "expected string '(' (at byte 23)");
  check(withOutput('("a","x","","")'), "bad path 'x' in derivation (at byte 13)");
  check(withOutput('("a","/x","","")'), 'path "/x" is not in the Nix store (at byte 13)');
  check(withOutput('("a","","","00")'), "output 'a' has a hash but no hash algorithm (at byte 13)");
  check(
    withOutput(`("a","/nix/store/${path}","r:sha256","")`),
    "content-addressing derivation output should not specify output path (at byte 13)",
  );
  check(
    withOutput(`("a","/nix/store/${path}","r:sha256","impure")`),
    "impure derivation output should not specify output path (at byte 13)",
  );
  check(
    withOutput('("a","","r:sha257","")'),
    "unknown hash algorithm 'sha257', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512' (at byte 13)",
  );
  check(
    withOutput(`("a","/nix/store/${path}","sha256","00")`),
    "hash '00' has wrong length for hash algorithm 'sha256' (at byte 13)",
  );
  assert.throws(
    () => read(withOutput(`("out","/nix/store/${path}","md5","1bc29b36f623ba82aaf6724fd3b16718")`)),
    /derivation has incorrect output '\/nix\/store\/f{32}-x', should be '\/nix\/store\/[0-9a-z]{32}-x' \(at byte 15\)$/,
  );
  check('Derive([],[("x",["out"])],[],"s","b",[],[])', "bad path 'x' in derivation (at byte 12)");
  check('Derive([],[],["/x"],"s","b",[],[])', 'path "/x" is not in the Nix store (at byte 14)');
  check('Derive([],[],[],"s","b",[],[("a","1"),("a","2")])', "'a' occurs twice (at byte 38)");
  check(
    'DrvWithVersion("xp-dyn-drv",[],[("/nix/store/' + path + '",x)],',
    "invalid inputDrvs entry in derivation (at byte 81)",
  );
});

test("input nodes nest only so deep", () => {
  const nest = (depth: number): string => `${'([],[("out",'.repeat(depth)}["out"]${")])".repeat(depth)}`;
  const text = (depth: number): string =>
    `DrvWithVersion("xp-dyn-drv",[],[("/nix/store/${path}",${nest(depth)})],[],"s","b",[],[])`;
  assert.equal(printDerivation(store, read(text(64))), text(64));
  assert.throws(() => read(text(65)), /nest deeper than 64 levels/);
  assert.throws(() => read(text(5000)), /nest deeper than 64 levels/);
});

test("broken structured attributes are refused", () => {
  assert.throws(() => read('Derive([],[],[],"s","b",[],[("__json","{")])'), /cannot process __json attribute/);
});

test("sets in another order are put in order, as Nix does", () => {
  const [a, b] = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-b"];
  const text = (x: string, y: string, one: string, two: string): string =>
    `Derive([("${one}","","",""),("${two}","","","")],[("${x}",["${one}","${two}"]),("${y}",["out"])],["${x}","${y}"],"s","b",["${two}","${one}"],[("${one}","1"),("${two}","1")])`;
  const derivation = read(text(`/nix/store/${b}`, `/nix/store/${a}`, "y", "x"));
  assert.deepEqual(derivation.inputSources, [a, b]);
  assert.deepEqual([...derivation.inputDerivations.keys()], [a, b]);
  assert.deepEqual(derivation.inputDerivations.get(b as StorePath)?.outputs, ["x", "y"]);
  assert.deepEqual([...derivation.outputs.keys()], ["x", "y"]);
  assert.deepEqual([...derivation.env.keys()], ["x", "y"]);
  assert.deepEqual(derivation.args, ["x", "y"]);
});

test("a derivation cut off anywhere is refused", () => {
  for (const line of readGoldenLines("derivations.txt").filter((golden) => golden.length < 420)) {
    const text = line.slice(line.indexOf(" ") + 1);
    for (let end = 0; end < text.length; end++) {
      assert.throws(() => read(text.slice(0, end)), FirnError);
    }
  }
});

test("a derivation with some bytes changed is read or refused, but does nothing else", () => {
  const texts = readGoldenLines("derivations.txt").map((line) => line.slice(line.indexOf(" ") + 1));
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(4),
    insert: fc.string({ unit: fc.constantFrom(...'"\\,()[]\0\xff/n'.split("")), maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 3 }), (original, changes) => {
      let text = original;
      for (const { at, remove, insert } of changes) {
        const start = Math.floor(at * text.length);
        text = text.slice(0, start) + insert + text.slice(start + remove);
      }
      try {
        const derivation = read(text);
        assert.deepEqual(read(printDerivation(store, derivation)), derivation);
      } catch (error) {
        assert.ok(error instanceof FirnError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

const bytes = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 12 });
const name = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.".split("")), minLength: 1, maxLength: 6 });
const storePath = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(..."0123456789abcdf".split("")), minLength: 32, maxLength: 32 }),
    fc.constantFrom("a", "b.drv"),
  )
  .map(([hash, rest]) => `${hash}-${rest}` as StorePath);
const sortedMap = <K extends string, V>(key: fc.Arbitrary<K>, value: fc.Arbitrary<V>): fc.Arbitrary<Map<K, V>> =>
  fc
    .array(fc.tuple(key, value), { maxLength: 4 })
    .map((entries) => new Map([...new Map(entries)].toSorted(([a], [b]) => (a < b ? -1 : 1))));
const sortedSet = <T extends string>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(item, { maxLength: 3 }).map((items) => [...new Set(items)].toSorted());
const output: fc.Arbitrary<DerivationOutput> = fc.oneof(
  storePath.map((at) => ({ kind: "input-addressed", path: at }) as const),
  fc.record(
    {
      kind: fc.constantFrom("floating", "impure"),
      method: fc.constantFrom("nar", "flat", "text", "git"),
      algorithm: fc.constantFrom("sha256", "blake3"),
    },
    { noNullPrototype: true },
  ),
  fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((digest) => ({ kind: "fixed", ca: { method: "nar", hash: { algorithm: "sha256", bytes: digest } } }) as const),
  fc.constant({ kind: "deferred" } as const),
);
const inputNode: fc.Arbitrary<InputNode> = fc.letrec<{ node: InputNode }>((tie) => ({
  node: fc
    .tuple(
      sortedSet(name),
      fc.oneof({ maxDepth: 2 }, fc.constant(new Map<string, InputNode>()), sortedMap(name, tie("node"))),
    )
    .map(([outputs, dynamic]) => (dynamic.size === 0 ? { outputs } : { outputs, dynamic })),
})).node;

const derivationOf = (strings: fc.Arbitrary<string>): fc.Arbitrary<Derivation> =>
  fc.record(
    {
      name: fc.constant("x"),
      outputs: sortedMap(name, output),
      inputDerivations: sortedMap(storePath, inputNode),
      inputSources: sortedSet(storePath),
      system: name,
      builder: strings,
      args: fc.array(strings, { maxLength: 3 }),
      env: sortedMap(strings, strings),
    },
    { noNullPrototype: true },
  );

test("any derivation is printed and read back", () => {
  fc.assert(
    fc.property(derivationOf(bytes), (expected) => {
      assert.deepEqual(read(printDerivation(store, expected)), expected);
    }),
    { numRuns: 300 },
  );
});

test("any derivation of texts is printed as JSON and read back", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 6 }).map(toByteString);
  const odd = fc.constantFrom("__proto__", "constructor", "10", "9", "", "\x7f\x01");
  fc.assert(
    fc.property(derivationOf(fc.oneof(text, odd)), (expected) => {
      assert.deepEqual(derivationFromJson(parseJson(printJson(derivationToJson(expected)))), expected);
    }),
  );
});

test("maps and sets in any order print the same", () => {
  const shuffled = sortedMap(bytes, bytes).chain((env) =>
    fc.shuffledSubarray([...env], { minLength: env.size }).map((entries) => [env, new Map(entries)] as const),
  );
  fc.assert(
    fc.property(shuffled, ([sorted, other]) => {
      const base = read(minimal);
      assert.equal(printDerivation(store, { ...base, env: other }), printDerivation(store, { ...base, env: sorted }));
    }),
  );
});
