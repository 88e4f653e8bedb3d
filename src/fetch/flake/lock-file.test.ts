// Lock files are read and written again to the byte, nodes that are shared stay shared, and what is hostile is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FirnError, type InputContext, parseJson, printIndentedJson } from "#formats";
import { describeChanges } from "./describe-changes.ts";
import {
  allInputs,
  checkFollows,
  emptyLockFile,
  findInput,
  findUnlocked,
  lockFileFromJson,
  printLockFile,
} from "./lock-file.ts";
import { printInputPath } from "./lock-node.ts";

const context: InputContext = { requireFeature: () => undefined, warn: () => undefined };
const narHash = "sha256-7wHa6qEBPMBkMMTufC0pxlB0BnzbXjcnu/+zMzog/8E=";
const read = (text: string) => lockFileFromJson(parseJson(text), "flake.lock", context);

const locked = { type: "path", path: "/dep", narHash, lastModified: 5 };
const original = { type: "path", path: "/dep" };
const shared = {
  nodes: {
    a: { inputs: { dep: "dep" }, locked, original },
    b: { inputs: { dep: "dep", up: ["a"] }, locked, original, flake: false },
    dep: { locked, original },
    dep_2: { locked: { type: "path", path: "./x" }, original: { type: "path", path: "./x" }, parent: ["a"] },
    root: { inputs: { a: "a", b: "b", dep: "dep_2" } },
  },
  root: "root",
  version: 7,
};

test("a lock file is written as it was read, a node with two ways to it once", () => {
  const text = printIndentedJson(shared, 2);
  const lockFile = read(text);
  assert.equal(findInput(lockFile, ["a", "dep"]), findInput(lockFile, ["b", "dep"]));
  assert.equal(findInput(lockFile, ["b", "up"]), findInput(lockFile, ["a"]));
  assert.equal(printLockFile(lockFile), text);
});

test("every input is listed once, in order, and lock files of version 5 have a part of it in info", () => {
  const paths = allInputs(read(JSON.stringify(shared))).map(([path]) => printInputPath(path));
  assert.deepEqual(paths, ["a", "a/dep", "b", "b/dep", "b/up", "dep"]);
  const old = {
    nodes: { a: { info: { narHash }, locked: { type: "path", path: "/dep" }, original }, root: { inputs: { a: "a" } } },
    root: "root",
    version: 5,
  };
  const { narHash: hash } = JSON.parse(printLockFile(read(JSON.stringify(old)))).nodes.a.locked as { narHash: string };
  assert.equal(hash, narHash);
});

const nodes = (text: string): string => `{"version":7,"root":"root","nodes":${text}}`;
const refused: readonly (readonly [why: string, text: string])[] = [
  ["[json.exception.type_error.306] cannot use value() with array", "[]"],
  ["lock file 'flake.lock' has unsupported version 8", '{"version":8,"root":"root"}'],
  ["lock file 'flake.lock' has unsupported version -2147483648", '{"version":1e30,"root":"root"}'],
  ["lock file references missing node 'x'", nodes('{"root":{"inputs":{"a":"x"}}}')],
  ["lock file contains cycle to root node", nodes('{"root":{"inputs":{"a":"root"}}}')],
  ["attribute 'locked' missing in lock file", nodes('{"root":{"inputs":{"a":"a"}},"a":1}')],
];

for (const [why, text] of refused) {
  test(`it is refused: ${why}`, () => {
    assert.throws(
      () => read(text),
      (error) => error instanceof FirnError && error.message === why,
    );
  });
}

test("nodes that contain each other are refused, where Nix would not end", () => {
  const node = (inputs: object) => ({ inputs, locked, original });
  const cyclic = { a: node({ b: "b" }), b: node({ a: "a" }), root: { inputs: { a: "a" } } };
  assert.throws(() => read(nodes(JSON.stringify(cyclic))), /lock file contains cycle to node 'a'/);
});

test("inputs that follow each other, or nothing, are told", () => {
  const follows = (inputs: object) => read(nodes(JSON.stringify({ root: { inputs } })));
  assert.throws(() => checkFollows(follows({ a: ["b"], b: ["a"] })), /follow cycle detected: \[b -> a -> b\]/);
  assert.throws(() => checkFollows(follows({ a: ["x"] })), /input 'a' follows a non-existent input 'x'/);
  assert.doesNotThrow(() => checkFollows(follows({ a: [] })));
});

test("an input that is not locked is found, a relative one is as good as locked", () => {
  const withGit = { type: "git", url: "file:///x", narHash };
  const lockFile = read(
    nodes(
      JSON.stringify({ root: { inputs: { a: "a", r: "r" } }, r: shared.nodes.dep_2, a: { locked: withGit, original } }),
    ),
  );
  assert.equal(findUnlocked(lockFile, false)?.input.get("type"), "git");
  assert.equal(findUnlocked(lockFile, true), undefined);
});

test("changes are described by what came, went and differs", () => {
  const lockFile = read(JSON.stringify(shared));
  const plain = (text: string) => text.replace(/\x1b\[[0-9;]*m/g, "").split("\n");
  const added = plain(describeChanges(emptyLockFile(), lockFile)).filter((line) => line.includes("Added"));
  assert.equal(added.length, 6);
  assert.equal(describeChanges(lockFile, read(JSON.stringify(shared))), "");
  assert.match(describeChanges(lockFile, emptyLockFile()), /Removed input 'a\/dep'/);
});
