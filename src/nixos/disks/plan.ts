// What has to be done so that the disks are as declared: purely over data, so that the same declaration and disks have the same plan.
// What is there and fits is kept; what is missing is added where there is room; what is too small grows. A step that loses
// something says what, and is in the plan only if the device was named for it; nothing that is in use is ever such a step. Nothing
// shrinks, and what is not declared stays.

import { planArrays } from "./plan-arrays.ts";
import { type Parts, planContent } from "./plan-contents.ts";
import { planGroups } from "./plan-groups.ts";
import { planTable } from "./plan-table.ts";
import { describeDevice, findDevice, type ObservedDevice, type ObservedDisks, usesOf } from "./observed.ts";
import type { DiskLayout } from "./layout.ts";

export interface DiskCommand {
  readonly argv: readonly string[];
  readonly stdin?: string;
}

export interface DiskStep {
  readonly text: string;
  readonly commands: readonly DiskCommand[];
  readonly destroys: Destroyed | undefined;
}

interface Destroyed {
  readonly device: string;
  readonly what: string;
}

export interface DiskPlan {
  readonly steps: readonly DiskStep[];
  /** What stands in the way; while there is one, nothing is done. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** Whether more may show when the steps are done: what is in a volume that is still closed. */
  readonly isPartial: boolean;
}

export interface DiskPlanOptions {
  /** Devices by which the kernel knows those that are declared, where these are links. */
  readonly links: ReadonlyMap<string, string>;
  /** Devices, as the kernel names them, on which everything may be lost. */
  readonly destroy: ReadonlySet<string>;
}

export function planDisks(layout: DiskLayout, observed: ObservedDisks, options: DiskPlanOptions): DiskPlan {
  const draft = new DraftPlan(options.destroy);
  const parts: Parts = {
    arrays: new Map(layout.arrays.map(({ name }) => [name, []])),
    groups: new Map(layout.groups.map(({ name }) => [name, []])),
  };
  for (const disk of layout.disks) {
    const path = options.links.get(disk.device) ?? disk.device;
    const device = findDevice(observed, path);
    if (device === undefined) draft.problem(`the disk '${disk.name}' is not there: no device ${disk.device}`);
    else if (disk.content === undefined) continue;
    else if (disk.content.type === "gpt") planTable(draft, { device, table: disk.content, parts });
    else planContent(draft, { path: device.path, observed: device, within: [] }, disk.content, parts);
  }
  planArrays(draft, layout.arrays, parts);
  // An array may be a part of a group.
  planGroups(draft, { groups: layout.groups, observed, parts });
  return draft;
}

/** The plan while it is made. */
export class DraftPlan implements DiskPlan {
  readonly steps: DiskStep[] = [];
  readonly problems: string[] = [];
  readonly notes: string[] = [];
  isPartial = false;
  readonly #destroy: ReadonlySet<string>;

  constructor(destroy: ReadonlySet<string>) {
    this.#destroy = destroy;
  }

  step(text: string, ...commands: readonly DiskCommand[]): void {
    this.steps.push({ text, commands, destroys: undefined });
  }

  /** A step that loses what is on a device; a problem instead when it may not be. Says whether it may. */
  destroy(
    device: ObservedDevice,
    within: readonly string[],
    text: string,
    ...commands: readonly DiskCommand[]
  ): boolean {
    const what = describeDevice(device);
    const uses = usesOf(device);
    if (uses.length > 0) {
      this.problem(
        `${device.path} has ${what}, and is in use (${uses.join(", ")}), so it cannot be made anew: ${text}`,
      );
      return false;
    }
    if (![device.path, ...within].some((path) => this.#destroy.has(path))) {
      this.problem(
        `${device.path} has ${what}, which would be lost: ${text}. To lose it, say --destroy ${device.path}`,
      );
      return false;
    }
    this.steps.push({ text, commands, destroys: { device: device.path, what } });
    return true;
  }

  mayDestroy(device: ObservedDevice): boolean {
    return this.#destroy.has(device.path);
  }

  problem(text: string): void {
    this.problems.push(text);
  }

  note(text: string): void {
    this.notes.push(text);
  }
}
