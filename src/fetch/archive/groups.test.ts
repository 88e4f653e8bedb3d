import assert from "node:assert/strict";
import { test } from "node:test";

import { computeGroups } from "./groups.ts";

function groupsOf(
  depends: Readonly<Record<string, readonly string[]>>,
  leaders: readonly string[] = [],
): Readonly<Record<string, string>> {
  return Object.fromEntries(computeGroups(new Map(Object.entries(depends)), (name) => leaders.includes(name)));
}

test("packages that depend on each other form a group, others none", () => {
  assert.deepEqual(
    groupsOf({ libc6: ["libgcc-s1"], "libgcc-s1": ["libc6", "gcc-base"], "gcc-base": [], hello: ["libc6"] }),
    {
      libc6: "libc6",
      "libgcc-s1": "libc6",
    },
  );
});

test("a group is called after a leader where it has one", () => {
  assert.deepEqual(groupsOf({ acorn: ["node"], node: ["acorn"] }, ["node"]), { acorn: "node", node: "node" });
});

test("merge rules make groups, and what lies between two members joins them", () => {
  const groups = groupsOf({
    "python3.11": ["libpython3.11-stdlib"],
    "libpython3.11-stdlib": ["between"],
    between: ["python3"],
    python3: [],
    "gcc-12": ["cpp-12"],
    "cpp-12": [],
    "gcc-13": ["cpp-13"],
    "cpp-13": [],
  });
  assert.deepEqual(groups, {
    "python3.11": "python3",
    "libpython3.11-stdlib": "python3",
    between: "python3",
    python3: "python3",
    "gcc-12": "gcc-12",
    "cpp-12": "gcc-12",
    "gcc-13": "gcc-13",
    "cpp-13": "gcc-13",
  });
});

test("a chain of a hundred thousand packages does not exhaust the stack", () => {
  const chain = new Map(Array.from({ length: 100_000 }, (_, i) => [`p${i}`, [`p${i + 1}`]] as const));
  assert.equal(computeGroups(chain).size, 0);
});
