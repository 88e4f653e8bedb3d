import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  atomicSymlink,
  byteStringOfHostText,
  canUseUserNamespaces,
  findBubblewrap,
  hostPath,
  listExtendedAttributes,
  lockFile,
  removeExtendedAttributes,
  runInStoreView,
  setExtendedAttribute,
  writeFileAtomically,
} from "./index.ts";

function folder(t: { after(f: () => void): void }): string {
  const made = mkdtempSync(join(tmpdir(), "firn-host-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test("byte strings name files by their bytes", (t) => {
  const top = folder(t);
  const name = byteStringOfHostText("Größe");
  assert.equal(name, "Gr\xc3\xb6\xc3\x9fe");
  writeFileSync(hostPath(`${top}/${name}`), "");
  writeFileSync(hostPath(`${top}/\xff`), "");
  assert.deepEqual(readdirSync(top, "latin1").toSorted(), [name, "\xff"]);
  assert.equal(hostPath("/plain"), "/plain");
});

describe("files and links that appear at once", () => {
  test("replace what was there and leave no temporary names", (t) => {
    const top = folder(t);
    atomicSymlink("one", `${top}/link`);
    atomicSymlink("two", `${top}/link`);
    assert.equal(readlinkSync(`${top}/link`), "two");
    writeFileAtomically(`${top}/file`, "\xff1", { mode: 0o600 });
    writeFileAtomically(`${top}/file`, "\xff2", { mode: 0o640, sync: true });
    assert.deepEqual([...readFileSync(`${top}/file`)], [255, 50]);
    assert.equal(statSync(`${top}/file`).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(top).toSorted(), ["file", "link"]);
    mkdirSync(`${top}/directory`);
    assert.throws(() => atomicSymlink("x", `${top}/directory`));
    assert.throws(() => writeFileAtomically(`${top}/directory`, "x"));
    assert.deepEqual(readdirSync(top).toSorted(), ["directory", "file", "link"]);
  });
});

describe("locks", () => {
  test("shared ones go together, an exclusive one goes alone, and a mode can change", (t) => {
    const file = `${folder(t)}/lock`;
    const first = lockFile(file, "shared", { wait: false });
    const second = lockFile(file, "shared", { wait: false });
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(lockFile(file, "exclusive", { wait: false }), undefined);
    assert.equal(first.change("exclusive", false), false);
    second.release();
    second.release();
    assert.equal(first.change("exclusive", false), true);
    assert.equal(lockFile(file, "shared", { wait: false }), undefined);
    first.release();
    lockFile(file, "exclusive", { wait: false })?.release();
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  // Nothing here waits in this process: who holds a lock may depend on this process going on.
  test("are those of flock(1), and end with the process that held them", async (t) => {
    const file = `${folder(t)}/lock`;
    writeFileSync(file, "");
    const holder = spawn("flock", ["--no-fork", file, "cat"], { stdio: ["pipe", "pipe", "inherit"] });
    holder.stdin.write("held");
    await once(holder.stdout, "data");
    assert.equal(lockFile(file, "shared", { wait: false }), undefined);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const lock = lockFile(file, "exclusive", { wait: false });
    assert.ok(lock !== undefined);
    lock.release();
  });

  test("are waited for until they are released", async (t) => {
    const file = `${folder(t)}/lock`;
    const lock = lockFile(file, "exclusive", { wait: false });
    const script = `const { lockFile } = await import(${JSON.stringify(new URL("./file-lock.ts", import.meta.url).href)});
      const { writeSync } = await import("node:fs");
      writeSync(1, String(lockFile(${JSON.stringify(file)}, "shared", { wait: false })));
      lockFile(${JSON.stringify(file)}, "shared", { wait: true });
      writeSync(1, " got it");`;
    const waiting = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 30_000,
      killSignal: "SIGKILL",
    });
    let said = "";
    waiting.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await Promise.race([once(waiting.stdout, "data"), once(waiting, "close")]);
    await sleep(50);
    assert.equal(said, "undefined");
    lock?.release();
    await once(waiting, "close");
    assert.equal(said, "undefined got it");
  });
});

test("extended attributes are listed and removed, but for those to be ignored", (t) => {
  const file = `${folder(t)}/Gr\xc3\xb6\xc3\x9fe`;
  writeFileSync(hostPath(file), "");
  if (!setExtendedAttribute(file, "user.one", "1")) {
    t.skip("the file system knows no extended attributes");
    return;
  }
  setExtendedAttribute(file, "user.two", "2");
  const own = () =>
    listExtendedAttributes(file)
      .filter((name) => name.startsWith("user."))
      .toSorted();
  assert.deepEqual(own(), ["user.one", "user.two"]);
  removeExtendedAttributes(file, ["user.two", "security.selinux"]);
  assert.deepEqual(own(), ["user.two"]);
  assert.throws(
    () => listExtendedAttributes("/nonexistent"),
    /querying extended attributes of '\/nonexistent': ENOENT/,
  );
});

function bubblewrapWorks(): boolean {
  try {
    findBubblewrap();
  } catch {
    return false;
  }
  return canUseUserNamespaces();
}

describe("a store shown at /nix", () => {
  test("is seen by the program with the rest of the host, or with nothing else", async (t) => {
    if (!bubblewrapWorks()) {
      t.skip("needs bwrap and user namespaces");
      return;
    }
    const top = folder(t);
    mkdirSync(`${top}/nix/store`, { recursive: true });
    writeFileSync(`${top}/nix/store/hello`, "from the store");
    writeFileSync(`${top}/host-file`, "from the host");
    const show = (path: string) => ["/bin/sh", "-c", `cat ${path} > ${top}/seen; exit 7`];
    assert.equal(await runInStoreView(`${top}/nix`, show("/nix/store/hello")), 7);
    assert.equal(readFileSync(`${top}/seen`, "utf8"), "from the store");
    await runInStoreView(`${top}/nix`, show(`${top}/host-file`), { workingDirectory: "/" });
    assert.equal(readFileSync(`${top}/seen`, "utf8"), "from the host");
    const bare = { host: "none", stdio: "ignore" } as const;
    assert.notEqual(await runInStoreView(`${top}/nix`, ["/bin/sh", "-c", "exit 7"], bare), 7);
    const withShell = { ...bare, binds: ["/bin", "/usr", "/lib", "/lib64"].map((path) => ({ from: path, to: path })) };
    const look = `test -e /nix/store/hello && ! test -e ${top}/host-file && exit 7`;
    assert.equal(await runInStoreView(`${top}/nix`, ["/bin/sh", "-c", look], withShell), 7);
  });

  test("says how to get bubblewrap when it is not there", () => {
    assert.throws(() => findBubblewrap("/nonexistent:"), {
      code: "bubblewrap-missing",
      hint: "Install bubblewrap, on Debian and Ubuntu with: sudo apt install bubblewrap",
    });
  });
});
