// The program of the activation that makes a machine's accounts, on folders of the test's own: it is Perl, and stands alone.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

const program = join(import.meta.dirname, "../../collection/modules/system/activation/update-users-groups.pl");
/** Of a line of the program's file, as far as they are used here. */
const fields = "name uid group description home homeMode createHome isSystemUser shell";

type User = Readonly<Record<string, string>>;

/** A machine on which nothing is yet, below a folder that is not there either. */
function openMachine(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "firn-accounts-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const place = (path: string): string => join(folder, "new/root", path);
  return {
    place,
    read: (path: string): string => readFileSync(place(path), "utf8"),
    mode: (path: string): string => (lstatSync(place(path)).mode & 0o7777).toString(8),
    /** What it says. */
    declare: (users: readonly User[], groups: readonly string[]): string => {
      const cell = (value: string | undefined): string => (value === undefined ? "" : `=${value}`);
      const lines = [
        "options\t=1",
        ...groups.map((name) => `group\t=${name}\t\t=`),
        ...users.map((user) => ["user", ...fields.split(" ").map((field) => cell(user[field]))].join("\t")),
      ];
      writeFileSync(join(folder, "accounts"), lines.map((line) => `${line}\n`).join(""));
      const env = { ...process.env, FIRN_USERS_ROOT: "new/root" };
      const options = { cwd: folder, env, encoding: "utf8", timeout: 30_000 } as const;
      const { status, stderr } = spawnSync("perl", [program, "accounts"], options);
      assert.equal(status, 0, stderr);
      return stderr;
    },
  };
}

const al = { name: "al", group: "users", home: "/home/deep/al", createHome: "1", homeMode: "750", shell: "/bin/sh" };

test("on an empty disk the accounts come with their folders, from the root down", (t) => {
  const { declare, read, mode, place } = openMachine(t);
  assert.equal(declare([al, { name: "d", isSystemUser: "1", group: "d", home: "/var/empty" }], ["users", "d"]), "");
  assert.equal(
    read("etc/passwd"),
    "d:x:999:999::/var/empty:/run/current-system/sw/bin/nologin\nal:x:1000:998::/home/deep/al:/bin/sh\n",
  );
  assert.equal(read("etc/group"), "users:x:998:\nd:x:999:\n");
  assert.equal(read("etc/shadow"), "d:!:1::::::\nal:!:1::::::\n");
  assert.deepEqual(["root", "home", "home/deep/al", "etc/shadow"].map(mode), ["700", "755", "750", "640"]);
  assert.throws(() => lstatSync(place("var/empty")), { code: "ENOENT" });
});

test("what is right is not written again, and what goes keeps its number", (t) => {
  const { declare, read, place } = openMachine(t);
  declare([al], ["users"]);
  const files = ["passwd", "group", "shadow", "subuid", "subgid"].map((name) => place(`etc/${name}`));
  const earlier = files.map((file) => lstatSync(file).ino);
  declare([al], ["users"]);
  assert.deepEqual(
    files.map((file) => lstatSync(file).ino),
    earlier,
  );
  assert.match(declare([], ["users"]), /^removing user 'al'$/m);
  assert.equal(read("etc/passwd"), "");
  declare([{ ...al, name: "bo", home: "/home/bo" }, al], ["users"]);
  assert.match(read("etc/passwd"), /^al:x:1000:/m);
  assert.match(read("etc/passwd"), /^bo:x:1001:/m);
});
