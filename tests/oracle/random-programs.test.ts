// Random programs evaluated by Firn and by the real Nix: the value, or messages and error as they are printed. By default a
// few hundred; FIRN_RANDOM_PROGRAMS says how many, FIRN_RANDOM_SEED with which seed the first is made, so that a run
// can be had again. A program that shows a difference is made smaller before it is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { builtinNames } from "./programs/failures.ts";
import { isDifferent, make, shrink } from "./programs/programs.ts";
import type { Compared } from "./programs/outcome.ts";
import { Scene } from "./programs/scene.ts";
import { findRealNix } from "./session.ts";

const count = Number(process.env["FIRN_RANDOM_PROGRAMS"] ?? 300);
const firstSeed = Number(process.env["FIRN_RANDOM_SEED"] ?? 1);
const batch = 500;
const differencesTold = 12;
/** With so many programs each builtin is in some that have a value and in some that have none. */
const enoughForAll = 20_000;

const real = findRealNix();
const missing = "missing" in real && process.env["FIRN_ORACLE_EVALUATE"] === undefined ? real.missing : false;

test(`${count} random programs mean to Firn what they mean to Nix`, { skip: missing }, async () => {
  const scene = new Scene();
  const told: string[] = [];
  let different = 0;
  const named = { value: new Set<string>(), none: new Set<string>() };
  try {
    for (let start = 0; start < count; start += batch) {
      const made = Array.from({ length: Math.min(batch, count - start) }, (_, index) =>
        make(firstSeed + start + index),
      );
      const outcomes = await scene.compare(made.map(({ program }) => program));
      for (const [index, one] of made.entries()) {
        const seen = outcomes[index] as Compared;
        const { nix, firn } = seen;
        for (const [name] of one.program.source.matchAll(/[a-zA-Z][\w']*/g)) {
          (nix.stdout === "" ? named.none : named.value).add(name);
        }
        if (!isDifferent(one.program, nix, firn)) continue;
        different++;
        if (told.length < differencesTold) told.push(await shrink(scene, one, seen));
      }
    }
  } finally {
    await scene.close();
  }
  assert.equal(different, 0, `${different} of ${count} programs differ:\n\n${told.join("\n\n")}`);
  if (count >= enoughForAll) {
    for (const names of [named.value, named.none]) {
      assert.deepEqual(
        builtinNames.filter((name) => !names.has(name)),
        [],
      );
    }
  }
});
