// kill -9 at random moments of install, upgrade, roll-back and collection: afterwards the profile points at a whole
// generation, the store verifies, and the same command succeeds. The moments come from a seed, which a failure names.

import assert from "node:assert/strict";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { openLocalStore } from "#store";
import { openScene, packageSet, type Scene } from "./program.ts";

const kills = Number(process.env["FIRN_KILLS"] ?? 50);
const seed = Number(process.env["FIRN_SEED"] ?? Date.now() % 1_000_000);

/** mulberry32. */
function makeRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test(`a profile survives ${kills} kills (FIRN_SEED=${seed})`, { timeout: 1_800_000 }, async (t) => {
  const scene = openScene(t);
  const random = makeRandom(seed);
  const packages = scene.write("packages.nix", packageSet);
  const env = ["-p", scene.profile, "-f", packages];
  const commands: readonly (readonly [program: string, args: readonly string[]])[] = [
    ["nix-env", [...env, "-iA", "hello1"]],
    ["nix-env", [...env, "-u"]],
    ["nix-env", [...env, "-iA", "bye", "two"]],
    ["nix-env", [...env, "-e", "bye"]],
    ["nix-env", [...env, "--rollback"]],
    ["nix-env", [...env, "--delete-generations", "+2"]],
    ["nix-collect-garbage", []],
  ];
  for (const args of [
    ["-iA", "user"],
    ["-iA", "hello1"],
  ])
    scene.must("nix-env", [...env, ...args]);
  const durations = new Map<string, number>();

  for (let round = 0; round < kills; round++) {
    const [program, args] = commands[round % commands.length] as (typeof commands)[number];
    const key = [program, ...args].join(" ");
    const before = readlinkSync(scene.profile);
    const limit = durations.get(key) ?? 1500;
    const child = scene.start(program, args);
    const ended = once(child, "exit");
    await Promise.race([ended, sleep(random() * limit)]);
    // The whole group: the launcher has become the program, which may have builders.
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await ended;

    const note = `FIRN_SEED=${seed}, round ${round}: ${key}`;
    checkProfile(scene, before, note);
    checkStore(scene, note);
    const began = Date.now();
    // A roll-back that was done before the kill may have nothing to go back to.
    const again = scene.run(program, args);
    const done = again.status === 0 || /no profile version older/.test(again.stderr);
    assert.ok(done, `${note}: the same command failed afterwards:\n${again.stderr}`);
    durations.set(key, Date.now() - began);
    checkProfile(scene, undefined, note);
  }
  const verified = scene.run("nix-store", ["--verify", "--check-contents"]);
  assert.equal(verified.status, 0, verified.stderr);
  scene.must("nix-collect-garbage", []);
  const rests = readdirSync(join(scene.store, "nix/store")).filter(
    (name) => !/^[0-9a-z]{32}-[^.]+(?:\.(?:drv|nix|\d+))*$|^\.links$/.test(name),
  );
  assert.deepEqual(rests, []);
});

/** What `nix-store --verify --check-contents` does, in this process, as it is done after every kill. */
function checkStore(scene: Scene, note: string): void {
  const store = openLocalStore({ root: scene.store });
  try {
    const said: string[] = [];
    const isBad = store.verifyStore(
      { checkContents: true },
      (event) => event.kind === "message" && said.push(event.text),
    );
    assert.equal(isBad, false, `${note}: ${said.join("\n")}`);
    assert.doesNotMatch(said.join("\n"), /disappeared/, note);
    for (const path of store.queryAllValidPaths()) {
      for (const reference of store.queryPathInfo(path).references)
        assert.ok(store.isValidPath(reference), `${note}: ${reference}`);
    }
  } finally {
    store.close();
  }
}

/** The profile is a link to a generation, that to an environment of the store, and all that it refers to is there. */
function checkProfile(scene: Scene, before: string | undefined, note: string): void {
  const generation = readlinkSync(scene.profile);
  assert.match(generation, /^profile-\d+-link$/, note);
  if (before !== undefined && generation === before)
    assert.ok(lstatSync(join(scene.folder, before)).isSymbolicLink(), note);
  const environment = join(scene.store, readlinkSync(join(scene.folder, generation)));
  assert.ok(existsSync(environment), `${note}: ${environment} is gone`);
  const manifest = readFileSync(join(scene.store, readlinkSync(join(environment, "manifest.nix"))), "utf8");
  for (const path of manifest.match(/\/nix\/store\/[\w.+-]+/g) ?? []) {
    assert.ok(readdirSync(join(scene.store, path)).length > 0, `${note}: ${path} is gone`);
  }
}
