// Figures of a system, that of collection/examples/phenex: absolute ones, since the real Nix has no such system to compare with.
// Its store is the folder that FIRN_NIXOS_DIR names; what is missing there is built first, from the Debian archive.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { Machine } from "#nixos";
import { openWorkshop } from "../tests/nixos/machines/built-machine.test-support.ts";
import { median } from "./measure.ts";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: "s" | "MiB";
  /** The largest value that counts as reached. */
  readonly goal: number;
}

/** After a first one, which reads what the others find in memory. */
const rounds = 5;

/** `report` hears of each figure when it is known. */
export async function measureSystem(report: (figure: Figure) => void): Promise<void> {
  const workshop = openWorkshop();
  const evaluation = workshop.evaluation("phenex");
  const evaluate = (...options: readonly string[]): number => {
    const times = Array.from({ length: rounds + 1 }, () =>
      seconds(() => workshop.firn("nix-instantiate", ...evaluation, "-A", "system", ...options)),
    );
    return median(times.slice(1));
  };
  const anew = evaluate("--option", "eval-cache", "false");
  report({ name: "a system: evaluated", value: anew, unit: "s", goal: 1 });
  report({ name: "a system: evaluated again", value: evaluate(), unit: "s", goal: 0.15 });

  const system = workshop.firn("nix-build", "--no-out-link", ...evaluation, "-A", "system").trim();
  const size = /(\d+)\s*$/.exec(workshop.firn("nix", "path-info", "-S", system))?.[1];
  report({ name: "a system: its closure", value: Number(size) / 2 ** 20, unit: "MiB", goal: 700 });

  const folder = join(workshop.folder, "bench-machine");
  rmSync(folder, { recursive: true, force: true });
  const machine = new Machine(workshop.buildMachine("phenex"), { folder, timeout: 600 });
  try {
    const started = performance.now();
    await machine.start();
    // Seen from without: whoever asks the machine keeps it from what it has to do.
    await machine.waitForConsoleText(/Reached target \S*multi-user\.target/);
    report({ name: "a system: first boot in QEMU", value: (performance.now() - started) / 1000, unit: "s", goal: 20 });
    await machine.succeed("systemctl is-system-running --wait");
    const switches: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const switched = performance.now();
      await machine.succeed("/run/current-system/bin/switch-to-configuration test");
      switches.push((performance.now() - switched) / 1000);
    }
    report({ name: "a system: a switch, nothing changed", value: median(switches.slice(1)), unit: "s", goal: 2 });
    const ending = performance.now();
    await machine.shutdown();
    report({ name: "a system: off", value: (performance.now() - ending) / 1000, unit: "s", goal: 10 });
  } finally {
    await machine.crash();
    rmSync(folder, { recursive: true, force: true });
    workshop.close();
  }
}

function seconds(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}
