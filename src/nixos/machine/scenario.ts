// Several machines and the networks between them: what collection/machines.nix builds of a set of configurations, a folder with a
// link to each machine by its name. Each has a number, and on each of its networks the address 192.168.NETWORK.NUMBER.

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { EthernetHub } from "./ethernet-hub.ts";
import { Machine, type MachineOptions } from "./machine.ts";
import { invalidMachine } from "./machine-errors.ts";
import { type MachineSpec, readMachineSpec, resolveInRoot } from "./machine-spec.ts";

/**
 * @param output the store path that was built
 * @param root as for `readMachineSpec`
 */
export function readScenario(output: string, root = ""): ReadonlyMap<string, MachineSpec> {
  const names = readdirSync(resolveInRoot(output, root)).toSorted();
  if (names.length === 0) throw invalidMachine(output);
  return new Map(names.map((name) => [name, readMachineSpec(`${output}/${name}`, root)]));
}

export class Scenario {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly #hubs: readonly EthernetHub[];

  private constructor(machines: ReadonlyMap<string, Machine>, hubs: readonly EthernetHub[]) {
    this.machines = machines;
    this.#hubs = hubs;
  }

  /** The networks are there from now on; the machines are not started. */
  static async open(specs: ReadonlyMap<string, MachineSpec>, options: MachineOptions): Promise<Scenario> {
    mkdirSync(options.folder, { recursive: true });
    const vlans = new Set([...specs.values()].flatMap((spec) => (spec.vlans ?? []).map(({ vlan }) => vlan)));
    const hubs = new Map<number, EthernetHub>();
    for (const vlan of vlans) hubs.set(vlan, await EthernetHub.open(join(options.folder, `vlan${vlan}.sock`)));
    const sockets = new Map([...hubs].map(([vlan, hub]) => [vlan, hub.path]));
    const machines = [...specs].map(([name, spec]): [string, Machine] => [
      name,
      new Machine(spec, { ...options, folder: join(options.folder, name), vlanSockets: sockets }),
    ]);
    return new Scenario(new Map(machines), [...hubs.values()]);
  }

  machine(name: string): Machine {
    const machine = this.machines.get(name);
    if (machine === undefined) throw invalidMachine(name);
    return machine;
  }

  async startAll(): Promise<void> {
    await Promise.all([...this.machines.values()].map((machine) => machine.start()));
  }

  /** Cuts the power of all, and takes the networks away. */
  async close(): Promise<void> {
    await Promise.all([...this.machines.values()].map((machine) => machine.crash()));
    await Promise.all(this.#hubs.map((hub) => hub.close()));
  }
}
