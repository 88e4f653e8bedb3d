import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { compareFiles } from "./compare-files.ts";
import { comparePackages, describePackageChange } from "./compare-packages.ts";
import { compareAccounts, readAccounts } from "./compare-users.ts";
import { diffLines } from "./line-diff.ts";

function openFolder(t: TestContext): { folder: string; write: (path: string, text: string) => void } {
  const folder = mkdtempSync(join(tmpdir(), "firn-differences-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    write(path, text) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
  };
}

const hasDiff = spawnSync("diff", ["--version"]).status === 0;

test("lines differ as diff -u says", { skip: hasDiff ? false : "there is no diff" }, (t) => {
  const { folder, write } = openFolder(t);
  const numbers = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  const edited = numbers.flatMap((line, index) => (index === 5 ? [] : index === 20 ? ["new", line] : [line]));
  const cases: readonly (readonly [string, string])[] = [
    ["a\nb\nc\n", "a\nx\nc\n"],
    ["", "a\nb\n"],
    ["a\n", ""],
    ["a\nb\n", "b\na\n"],
    [`${numbers.join("\n")}\n`, `${edited.join("\n")}\n`],
    [`${numbers.join("\n")}\n`, `first\n${numbers.slice(0, 39).join("\n")}\n`],
    ["a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n"],
    ["a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"],
  ];
  for (const [before, after] of cases) {
    write("before", before);
    write("after", after);
    const { stdout } = spawnSync("diff", ["-u", "before", "after"], { cwd: folder, encoding: "utf8" });
    assert.deepEqual(diffLines(before, after), stdout.split("\n").slice(2, -1), JSON.stringify([before, after]));
    // And it is a patch.
    write("patched", before);
    if (spawnSync("patch", ["--version"]).status !== 0) continue;
    const patch = `--- patched\n+++ patched\n${diffLines(before, after).join("\n")}\n`;
    execFileSync("patch", ["-s", "patched"], { cwd: folder, input: patch });
    assert.equal(spawnSync("cmp", ["patched", "after"], { cwd: folder }).status, 0);
  }
});

test("packages differ by version or by size, their outputs together", () => {
  const before = [
    { name: "git-2.47.1", size: 1_000_000 },
    { name: "git-2.47.1-doc", size: 1000 },
    { name: "gone-1", size: 5000 },
    { name: "same-1", size: 100 },
    { name: "etc", size: 100 },
    { name: "fat-1", size: 10_000 },
  ];
  const after = [
    { name: "git-2.48.0", size: 3_000_000 },
    { name: "new", size: 2048 },
    { name: "same-1", size: 200 },
    { name: "etc", size: 120 },
    { name: "fat-1", size: 30_000 },
  ];
  assert.deepEqual(comparePackages(before, after).map(describePackageChange), [
    "fat: +19.5 KiB",
    "git: 2.47.1 → 2.48.0, +1.9 MiB",
    "gone: 1 → ∅",
    "new: ∅ → ε",
  ]);
});

test("files of /etc come, go and change; what both take from the same place is not looked into", (t) => {
  const { folder, write } = openFolder(t);
  write("old/etc/hosts", "a\n");
  write("new/etc/hosts", "b\n");
  write("old/etc/gone.conf", "");
  write("new/etc/nginx/nginx.conf", "x");
  write("old/etc/same", "x");
  write("new/etc/same", "x");
  write("old/etc/key", "\0a");
  write("new/etc/key", "\0b");
  symlinkSync("/proc/self/x", join(folder, "old/etc/mtab"));
  symlinkSync("/proc/self/y", join(folder, "new/etc/mtab"));
  write("shared/zone/UTC", "x");
  for (const side of ["old", "new"]) symlinkSync(join(folder, "shared/zone"), join(folder, side, "etc/zoneinfo"));
  const place = { storeDir: "/nix/store", realStoreDir: "/nix/store" };
  assert.deepEqual(compareFiles(join(folder, "old"), join(folder, "new"), place), [
    { path: "/etc/gone.conf", kind: "removed", lines: [] },
    { path: "/etc/hosts", kind: "changed", lines: ["@@ -1 +1 @@", "-a", "+b"] },
    { path: "/etc/key", kind: "changed", lines: [] },
    { path: "/etc/mtab", kind: "changed", lines: ["@@ -1 +1 @@", "-link to /proc/self/x", "+link to /proc/self/y"] },
    { path: "/etc/nginx/nginx.conf", kind: "added", lines: [] },
  ]);
});

test("users and groups come, go and change, and no value is told", (t) => {
  const { folder, write } = openFolder(t);
  const place = { storeDir: "/nix/store", realStoreDir: join(folder, "store") };
  const system = (name: string, accounts: unknown) => {
    write(`store/${name}-users-groups.json`, JSON.stringify(accounts));
    write(`${name}/activate`, `perl update-users-groups.pl /nix/store/${name}-users-groups.json\n`);
    return readAccounts(join(folder, name), place);
  };
  const old = system("a", {
    users: [
      { name: "al", uid: 1, hashedPassword: "x" },
      { name: "bo", uid: 2 },
    ],
    groups: [{ name: "wheel", members: ["al"] }],
  });
  const now = system("b", {
    users: [
      { name: "al", uid: 1, hashedPassword: "y" },
      { name: "cy", uid: 3 },
    ],
    groups: [{ name: "wheel", members: ["al"] }],
  });
  assert.deepEqual(compareAccounts(old, now), [
    { kind: "user", name: "al", change: "changed", fields: ["hashedPassword"] },
    { kind: "user", name: "bo", change: "removed", fields: [] },
    { kind: "user", name: "cy", change: "added", fields: [] },
  ]);
  assert.deepEqual(readAccounts(folder, place), { users: [], groups: [] });
});

test("accounts of a system of Firn's own modules are read too", (t) => {
  const { folder, write } = openFolder(t);
  const place = { storeDir: "/nix/store", realStoreDir: join(folder, "store") };
  const object = `${"a".repeat(32)}-users-groups`;
  write(`store/${object}`, "options\t=1\ngroup\t=wheel\t=1\t=al\nuser\t=al\t=1000\t=users\t\t=/home/al\n");
  write("a/activate", `/nix/store/${"b".repeat(32)}-update-users-groups/bin/x /nix/store/${object}\n`);
  const accounts = readAccounts(join(folder, "a"), place);
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  assert.deepEqual([names(accounts.users), names(accounts.groups)], [["al"], ["wheel"]]);
  const changed = { users: [{ ...accounts.users[0], name: "al", home: "/home/other" }], groups: accounts.groups };
  assert.deepEqual(compareAccounts(accounts, changed), [
    { kind: "user", name: "al", change: "changed", fields: ["home"] },
  ]);
});
