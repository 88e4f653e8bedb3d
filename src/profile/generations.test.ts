import assert from "node:assert/strict";
import { existsSync, lutimesSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { StorePath } from "#formats";
import { openLocalStore, type LocalStore } from "#store";
import {
  createGeneration,
  deleteGenerations,
  deleteGenerationsBeyond,
  deleteGenerationsOlderThan,
  deleteOldGenerations,
  findGenerations,
  profileToken,
  switchGeneration,
  switchLink,
} from "./generations.ts";

interface Scene {
  readonly store: LocalStore;
  readonly profile: string;
  readonly messages: string[];
  readonly options: Parameters<typeof switchGeneration>[2];
  add(name: string): StorePath;
  install(name: string): void;
  numbers(): number[];
}

function openScene(t: TestContext): Scene {
  const folder = mkdtempSync(join(tmpdir(), "firn-generations-"));
  const store = openLocalStore({ root: join(folder, "root") });
  t.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const profile = join(folder, "profile");
  const messages: string[] = [];
  const options = {
    dryRun: false,
    emit: (event: { kind: string; text?: string }) =>
      void (event.kind === "message" && messages.push(event.text ?? "")),
  };
  const add = (name: string) => store.addTextToStore(name, name, []);
  return {
    store,
    profile,
    messages,
    options,
    add,
    install: (name) => switchLink(profile, createGeneration(store, profile, add(name))),
    numbers: () => findGenerations(profile).all.map(({ number }) => number),
  };
}

test("each change of a profile makes the next generation, and the same again makes none", (t) => {
  const scene = openScene(t);
  scene.install("a");
  scene.install("b");
  scene.install("b");
  assert.deepEqual(scene.numbers(), [1, 2]);
  assert.equal(readlinkSync(scene.profile), "profile-2-link");
  assert.equal(readlinkSync(`${scene.profile}-2-link`), `/nix/store/${scene.add("b")}`);
});

test("a generation is a root of the store as long as its link is there", async (t) => {
  const scene = openScene(t);
  scene.install("a");
  scene.install("b");
  const roots = () => new Set(scene.store.findRoots({ runtime: false }).map(({ path }) => path));
  assert.deepEqual(roots(), new Set([scene.add("a"), scene.add("b")]));
  deleteOldGenerations(scene.profile, scene.options);
  assert.deepEqual(roots(), new Set([scene.add("b")]));
});

test("numbers go on from the newest generation after a roll-back, not from the current one", (t) => {
  const scene = openScene(t);
  for (const name of ["a", "b", "c"]) scene.install(name);
  switchGeneration(scene.profile, undefined, scene.options);
  assert.deepEqual(scene.messages, ["switching profile from version 3 to 2"]);
  assert.equal(findGenerations(scene.profile).current, 2);
  scene.install("d");
  assert.deepEqual(scene.numbers(), [1, 2, 3, 4]);
});

test("a roll-back beyond the first generation and a switch to one that is not there are errors in Nix's words", (t) => {
  const scene = openScene(t);
  scene.install("a");
  assert.throws(() => switchGeneration(scene.profile, undefined, scene.options), {
    message: "no profile version older than the current (1) exists",
  });
  assert.throws(() => switchGeneration(scene.profile, 9, scene.options), {
    message: "profile version 9 does not exist",
  });
});

test("generations are deleted by number, by count and all but the current one", (t) => {
  const scene = openScene(t);
  const names = ["a", "b", "c", "d", "e", "f"];
  for (const name of names) scene.install(name);
  deleteGenerations(scene.profile, new Set([1, 99]), scene.options);
  assert.deepEqual(scene.numbers(), [2, 3, 4, 5, 6]);
  assert.throws(() => deleteGenerations(scene.profile, new Set([2, 6]), scene.options), {
    message: `cannot delete current version of profile "${scene.profile}"`,
  });
  switchGeneration(scene.profile, 5, scene.options);
  deleteGenerationsBeyond(scene.profile, 2, scene.options);
  assert.deepEqual(scene.numbers(), [4, 5, 6]);
  deleteOldGenerations(scene.profile, { ...scene.options, dryRun: true });
  assert.deepEqual(scene.numbers(), [4, 5, 6]);
  deleteOldGenerations(scene.profile, scene.options);
  assert.deepEqual(scene.numbers(), [5]);
  assert.equal(scene.messages.at(-1), "removing profile version 6");
  assert.throws(() => deleteGenerationsBeyond(scene.profile, 0, scene.options), {
    message: "Must keep at least one generation, otherwise the current one would be deleted",
  });
});

test("deleting by age keeps what was current at that time", (t) => {
  const scene = openScene(t);
  const now = Math.floor(Date.now() / 1000);
  for (const [index, name] of ["a", "b", "c", "d"].entries()) {
    scene.install(name);
    const age = now - (40 - index * 10) * 24 * 3600;
    lutimesSync(`${scene.profile}-${index + 1}-link`, age, age);
  }
  // Made 40, 30, 20 and 10 days ago: 25 days ago the second was current.
  deleteGenerationsOlderThan(scene.profile, now - 25 * 24 * 3600, scene.options);
  assert.deepEqual(scene.numbers(), [2, 3, 4]);
});

test("what is no generation of the profile is left alone", (t) => {
  const scene = openScene(t);
  scene.install("a");
  for (const name of ["profile-x-link", "profile--link", "profile-3", "other-2-link"]) {
    symlinkSync("/nix/store", join(scene.profile, "..", name));
  }
  assert.deepEqual(scene.numbers(), [1]);
});

test("the token changes with each switch, and there is no lock left behind", (t) => {
  const scene = openScene(t);
  assert.equal(profileToken(scene.profile), "");
  scene.install("a");
  assert.equal(profileToken(scene.profile), "profile-1-link");
  scene.install("b");
  switchGeneration(scene.profile, 1, scene.options);
  assert.equal(profileToken(scene.profile), "profile-1-link");
  assert.equal(existsSync(`${scene.profile}.lock`), false);
});
