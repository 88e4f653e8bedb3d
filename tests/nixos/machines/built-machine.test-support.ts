// Machines built by Firn from a configuration, in a scratch store: FIRN_NIXOS_DIR, or a temporary folder that is removed.
// FIRN_MACHINE_TIMEOUT says for how many seconds something may be waited for.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FirmwareMachine, type MachineSpec, readMachineSpec, readScenario } from "#nixos";

const home = join(import.meta.dirname, "../../..");

/** How long anything may take on a machine, in seconds: an emulated processor is slow, and its host may have other things to do. */
export const timeout = Number(process.env["FIRN_MACHINE_TIMEOUT"] ?? 1200);

export interface Workshop {
  readonly folder: string;
  /** Runs one of Firn's programs; the output when it ends well. */
  firn(program: string, ...args: readonly string[]): string;
  /** Builds the machine of a configuration in collection/examples, as one that a test drives. */
  buildMachine(example: string): MachineSpec;
  /** Builds the machine of a configuration that lies beside the tests. */
  buildTestMachine(file: string): MachineSpec;
  /** Builds something else of a configuration that lies beside the tests; where it really is. */
  buildAttribute(file: string, attribute: string): string;
  /** Builds the machines of a file beside the tests, by name. */
  buildScenario(file: string): ReadonlyMap<string, MachineSpec>;
  /** Builds something of a function of the lock, with other arguments, in a file beside the tests; its store path. */
  buildExpression(file: string, attribute: string, ...words: readonly string[]): string;
  /** What machines have in common that boot from their disks by a firmware. */
  readonly hardware: Pick<FirmwareMachine, "memory" | "cores" | "processor" | "options">;
  /** Arguments that evaluate a configuration of collection/examples. */
  evaluation(example: string): readonly string[];
  close(): void;
}

export function openWorkshop(): Workshop {
  const kept = process.env["FIRN_NIXOS_DIR"];
  const folder = kept ?? mkdtempSync(join(tmpdir(), "firn-nixos-"));
  mkdirSync(join(folder, "home"), { recursive: true });
  const lock = join(folder, "lock");
  const environment = {
    ...process.env,
    FIRN_NODE: process.execPath,
    HOME: join(folder, "home"),
    NIX_REMOTE: folder,
    NIX_STATE_DIR: join(folder, "nix/var/nix"),
  };
  const firn = (program: string, ...args: readonly string[]): string => {
    const options = { cwd: folder, env: environment, encoding: "utf8", maxBuffer: 1 << 28 } as const;
    const result = spawnSync(join(home, "bin", program), args, options);
    assert.equal(result.status, 0, `${program} ${args.join(" ")}\n${result.stderr.slice(-4000)}`);
    return result.stdout;
  };
  const withLock = (path: string): readonly string[] => {
    if (!existsSync(lock)) firn("firn", "lock", "--output", lock);
    return [path, "--arg", "lock", realpathSync(lock)];
  };
  const evaluate = (file: string, argument: string, value: string): readonly string[] => [
    ...withLock(join(home, "collection", file)),
    "--arg",
    argument,
    value,
  ];
  const evaluation = (example: string): readonly string[] =>
    evaluate("nixos.nix", "configuration", join(home, "collection/examples", example, "configuration.nix"));
  const build = (...args: readonly string[]): string => firn("nix-build", "--no-out-link", ...args).trim();
  const emulatedProcessor = join(home, "collection/modules/virtualisation/emulated-processor.nix");
  const processor = firn("nix-instantiate", "--eval", "--raw", emulatedProcessor);
  return {
    folder,
    hardware: { memory: 1024, cores: 2, processor, options: [] },
    firn,
    evaluation,
    buildMachine: (example) => readMachineSpec(build(...evaluation(example), "-A", "testVm"), folder),
    buildTestMachine: (file) => {
      const path = join(import.meta.dirname, file);
      return readMachineSpec(build(...evaluate("nixos.nix", "configuration", path), "-A", "testVm"), folder);
    },
    buildAttribute: (file, attribute) =>
      folder + build(...evaluate("nixos.nix", "configuration", join(import.meta.dirname, file)), "-A", attribute),
    buildScenario: (file) =>
      readScenario(build(...evaluate("machines.nix", "nodes", join(import.meta.dirname, file))), folder),
    buildExpression: (file, attribute, ...words) =>
      build(...withLock(join(import.meta.dirname, file)), "-A", attribute, ...words),
    close: () => {
      if (kept !== undefined) return;
      spawnSync("chmod", ["-R", "u+w", folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
