// The machine that the tests of switching switch: a system of each file beside this, built beforehand and in the machine's store,
// so that it needs no network; and what is asked of it again and again.

import assert from "node:assert/strict";
import { readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Machine, type MachineSpec, readMachineSpec } from "#nixos";
import { openWorkshop, timeout } from "../built-machine.test-support.ts";

const variants = ["base", "edited", "unhealthy", "broken"] as const;
export type Variant = (typeof variants)[number];

/** What nginx answers in each system, status and page. */
const pages: Partial<Record<Variant, string>> = { base: "the first page", edited: "the second page" };

/** Where the systems' configurations lie. */
export const switchFolder = import.meta.dirname;

export interface Switchable {
  readonly spec: MachineSpec;
  readonly systems: Readonly<Record<Variant, string>>;
  /** The archive's lock in the machine's store. */
  readonly lock: string;
  /** A machine that is off, with an empty folder for its disk. */
  newMachine(name: string): SwitchedMachine;
  close(): void;
}

/** Builds the systems, and a machine that begins with `base`. */
export function buildSwitchable(): Switchable {
  const workshop = openWorkshop();
  const firn = workshop.buildExpression("switch/systems.nix", "package");
  const all = workshop.folder + workshop.buildExpression("switch/systems.nix", "all", "--argstr", "firn", firn);
  const part = (name: string): string => readlinkSync(join(all, name));
  const systems = {
    base: part("base"),
    edited: part("edited"),
    unhealthy: part("unhealthy"),
    broken: part("broken"),
  };
  const spec = readMachineSpec(part("machine"), workshop.folder);
  assert.equal(spec.system, systems.base);
  return {
    spec,
    systems,
    lock: part("lock"),
    newMachine: (name) => {
      const folder = join(workshop.folder, name);
      rmSync(folder, { recursive: true, force: true });
      return new SwitchedMachine(spec, systems, folder);
    },
    close: () => workshop.close(),
  };
}

export interface Said {
  readonly status: number;
  readonly said: string;
}

export class SwitchedMachine extends Machine {
  readonly #systems: Readonly<Record<Variant, string>>;

  constructor(spec: MachineSpec, systems: Readonly<Record<Variant, string>>, folder: string) {
    super(spec, { folder, timeout });
    this.#systems = systems;
  }

  async boot(): Promise<void> {
    await this.start();
    await this.waitForUnit("multi-user.target");
  }

  /** nixos-rebuild on the machine: its status and all that it said. */
  async rebuild(...words: readonly string[]): Promise<Said> {
    const { status, stdout, stderr } = await this.execute(`nixos-rebuild ${words.join(" ")}`);
    return { status, said: stdout + stderr };
  }

  async switchTo(variant: Variant): Promise<Said> {
    return await this.rebuild("switch", "--store-path", this.#systems[variant]);
  }

  /** Each running unit's number of this start of it. */
  async invocations(): Promise<ReadonlyMap<string, string>> {
    const units = "$(systemctl list-units --plain --no-legend --type=service --state=running | cut -d ' ' -f 1)";
    const text = await this.succeed(`systemctl show --property=Id,InvocationID ${units}`);
    return new Map(
      [...text.matchAll(/^Id=(.*)\nInvocationID=(.*)$|^InvocationID=(.*)\nId=(.*)$/gm)].map((match) => [
        match[1] ?? match[4] ?? "",
        match[2] ?? match[3] ?? "",
      ]),
    );
  }

  /** The system that it runs and boots, in all that shows it, once no switch is being finished or undone any more. */
  async runsAndBoots(expected?: Variant): Promise<Variant> {
    await this.waitUntilSucceeds("! test -e /var/lib/nixos/switch-journal.json");
    const links = "readlink -f /run/current-system /nix/var/nix/profiles/system";
    const [current, profile] = (await this.succeed(links)).trim().split("\n");
    const variant = expected ?? variants.find((one) => this.#systems[one] === current);
    assert.ok(variant !== undefined, `it runs ${current}`);
    const system = this.#systems[variant];
    assert.deepEqual([current, profile], [system, system]);
    const boots = await this.succeed("if [ -e /sbin/init ]; then readlink /sbin/init; fi");
    assert.ok([`${system}/init\n`, ...(variant === "base" ? [""] : [])].includes(boots), boots);
    const request = "exec 3<> /dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    const answer = await this.waitUntilSucceeds(request);
    assert.ok(answer.endsWith(pages[variant] ?? ""), answer);
    return variant;
  }
}
