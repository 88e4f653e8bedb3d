import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { openLocalStore } from "./open-local-store.ts";
import { listen, temporaryFolder } from "./temporary-store.test-support.ts";

const worker = new URL("crash-worker.test-support.ts", import.meta.url).pathname;
/** More rounds for a longer run by hand. */
const rounds = Number(process.env["FIRN_CRASH_ROUNDS"] ?? 3);

function start(root: string, ...words: string[]) {
  return spawn(process.execPath, [worker, root, ...words], { stdio: ["ignore", "ignore", "inherit"] });
}

async function killAfter(child: ReturnType<typeof start>, milliseconds: number): Promise<void> {
  const exit = once(child, "exit");
  setTimeout(() => child.kill("SIGKILL"), milliseconds);
  await exit;
}

/** What must hold whenever a process was killed, and that the next collection clears all of it away. */
async function checkStore(root: string): Promise<void> {
  const store = openLocalStore({ root, settings: { gcReservedSpace: 4096 } });
  try {
    const { emit, texts } = listen();
    assert.equal(store.verifyStore({ checkContents: true }, emit), false, texts.join("\n"));
    assert.ok(!texts.some((text) => text.includes("disappeared")), texts.join("\n"));
    for (const path of store.queryAllValidPaths()) {
      for (const reference of store.queryPathInfo(path).references) assert.ok(store.isValidPath(reference));
    }
    await store.collectGarbage({ action: "delete-dead" }, emit);
    assert.deepEqual(store.queryAllValidPaths(), []);
    assert.deepEqual(readdirSync(store.layout.realStoreDir), [".links"]);
  } finally {
    store.close();
  }
}

describe("killed at any moment", { concurrency: false }, () => {
  test("an adding process leaves a valid store", async (t) => {
    const root = `${temporaryFolder(t)}/root`;
    for (let round = 0; round < rounds; round++) {
      await killAfter(start(root, "add", String(round + 1), "300"), 60 + Math.random() * 250);
      await checkStore(root);
    }
  });

  test("a collecting process leaves a valid store, also when others add at the same time", async (t) => {
    const root = `${temporaryFolder(t)}/root`;
    for (let round = 0; round < rounds; round++) {
      const others = [start(root, "add", String(round + 1), "90"), start(root, "add", String(round + 2), "90")];
      const exits = others.map((child) => once(child, "exit"));
      await killAfter(start(root, "gc"), 100 + Math.random() * 300);
      for (const [code] of await Promise.all(exits)) assert.equal(code, 0);
      await checkStore(root);
    }
  });
});

// A store on a file system of 12 MiB, in a mount namespace of its own.
test("a full disk makes adding fail, leaves nothing half-added, and can be collected", (t) => {
  const script = `
    set -e
    mount -t tmpfs -o size=12M tmpfs "$1"
    exec "$2" --input-type=module -e "$3" "$1"
  `;
  const program = `
    import { openLocalStore } from ${JSON.stringify(new URL("open-local-store.ts", import.meta.url).href)};
    const store = openLocalStore({ root: process.argv[1] + "/root", settings: { gcReservedSpace: 2 * 1024 * 1024 } });
    let added = 0, failure;
    try {
      for (; added < 1000; added++) store.addTextToStore("t" + added, String(added).repeat(200000), []);
    } catch (error) {
      failure = error.code + " " + error.message;
    }
    const errors = store.verifyStore({ checkContents: true }, () => {});
    const valid = store.queryAllValidPaths().length;
    const { readdirSync } = await import("node:fs");
    const onDisk = readdirSync(store.layout.realStoreDir).filter((name) => !name.startsWith(".")).length;
    store.close();
    const again = openLocalStore({ root: process.argv[1] + "/root", settings: { gcReservedSpace: 2 * 1024 * 1024 } });
    const { paths } = await again.collectGarbage({ action: "delete-dead" }, () => {});
    again.addTextToStore("after", "after", []);
    console.log(JSON.stringify({ added, failure, errors, valid, onDisk, collected: paths.length }));
    again.close();
  `;
  const folder = temporaryFolder(t);
  const run = spawnSync(
    "unshare",
    ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", folder, process.execPath, program],
    { encoding: "utf8" },
  );
  if (run.error !== undefined || /unshare failed|Operation not permitted|permission denied/i.test(run.stderr)) {
    t.skip("this machine allows no user namespaces");
    return;
  }
  assert.equal(run.status, 0, run.stderr);
  const result = JSON.parse(run.stdout) as Record<string, unknown>;
  assert.match(String(result["failure"]), /No space left|full/);
  assert.ok(Number(result["added"]) > 3);
  assert.equal(result["errors"], false);
  assert.equal(result["valid"], result["added"]);
  assert.equal(result["onDisk"], result["added"]);
  assert.equal(result["collected"], result["added"]);
});
