// The power is cut in the middle of a switch, at moments that chance decides: FIRN_POWER_CUTS says how many (20 in a long run),
// FIRN_SEED which. One switch is cut many times over: at each moment the disk is copied as a cut would leave it, and a machine
// with that copy has to boot whole. Half of the moments are of a switch there, half of one back.

import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  buildSwitchable,
  type Switchable,
  type SwitchedMachine,
  type Variant,
} from "./switch/switched-machine.test-support.ts";

const count = Number(process.env["FIRN_POWER_CUTS"] ?? 2);
const seed = Number(process.env["FIRN_SEED"] ?? Date.now() % 1_000_000);

interface Cut {
  readonly from: Variant;
  readonly to: Variant;
  /** After the switch began, and how long all of it took, in milliseconds. */
  readonly moment: number;
  readonly duration: number;
  /** With the copy for its disk. */
  readonly machine: SwitchedMachine;
}

describe("a machine whose power is cut while it is switched", { concurrency: false }, () => {
  let switchable: Switchable;
  const cuts: Cut[] = [];

  before(async () => {
    switchable = buildSwitchable();
    const random = randomNumbers(seed);
    const machine = switchable.newMachine("cut");
    try {
      await machine.boot();
      // The first is not cut: how long a switch takes here is what the moments are drawn from.
      let { duration } = await cutSwitch(machine, "edited", []);
      for (const [from, to, many] of [
        ["edited", "base", Math.ceil(count / 2)],
        ["base", "edited", Math.floor(count / 2)],
      ] as const) {
        const moments = Array.from({ length: many }, () => Math.round(random() * duration * 1.1));
        const cut = await cutSwitch(machine, to, moments);
        ({ duration } = cut);
        cuts.push(...cut.machines.map(([moment, left]) => ({ from, to, moment, duration, machine: left })));
      }
    } finally {
      await machine.crash();
      rmSync(machine.folder, { recursive: true, force: true });
    }
  });
  after(() => switchable?.close());

  /** Switches the machine, and gives a machine with what its disk was at each of the moments. */
  async function cutSwitch(machine: SwitchedMachine, to: Variant, moments: readonly number[]) {
    const machines: [moment: number, machine: SwitchedMachine][] = [];
    let begin = Date.now();
    const whole = async () => {
      const { status, said } = await machine.switchTo(to);
      assert.equal(status, 0, said);
      return Date.now() - begin;
    };
    const copies = async () => {
      for (const moment of moments.toSorted((a, b) => a - b)) {
        await pause(Math.max(0, begin + moment - Date.now()));
        const left = switchable.newMachine(`cut-${to}-${machines.length}`);
        mkdirSync(left.folder);
        const stands = Date.now();
        await machine.copyDisk(join(left.folder, "disk.raw"));
        // While it stands still its time does not count.
        begin += Date.now() - stands;
        machines.push([moment, left]);
      }
    };
    const [duration] = await Promise.all([whole(), copies()]);
    await machine.runsAndBoots(to);
    return { duration, machines };
  }

  test(
    `boots whole from any moment, and what was cut can be done again (${count} cuts, FIRN_SEED=${seed})`,
    { concurrency: Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / 3e9))) },
    async (t) => {
      const boots = cuts.map(async ({ from, to, moment, duration, machine }) => {
        const name = `cut after ${seconds(moment)} s of ${seconds(duration)} from ${from} to ${to}`;
        await t.test(name, async (cut) => {
          try {
            await machine.boot();
            const found = await machine.runsAndBoots();
            cut.diagnostic(`it came up with ${found}`);
            assert.ok(found === from || found === to, found);
            assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
            if (found === to) return;
            const { status, said } = await machine.switchTo(to);
            assert.equal(status, 0, said);
            await machine.runsAndBoots(to);
          } finally {
            await machine.crash();
            rmSync(machine.folder, { recursive: true, force: true });
          }
        });
      });
      await Promise.all(boots);
    },
  );
});

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

/** Mulberry32: numbers from 0 to 1 that a seed decides. */
function randomNumbers(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
