// Arrays of partitions (md RAID). Their parts know the array's name.

import { occupantOf, type Parts, planContent, type Target, wipe } from "./plan-contents.ts";
import type { DraftPlan } from "./plan.ts";
import type { DeclaredArray } from "./layout.ts";
import type { ObservedDevice } from "./observed.ts";

export function planArrays(draft: DraftPlan, arrays: readonly DeclaredArray[], parts: Parts): void {
  for (const array of arrays) planArray(draft, array, parts.arrays.get(array.name) ?? [], parts);
}

function planArray(draft: DraftPlan, array: DeclaredArray, parts: readonly Target[], all: Parts): void {
  const { name } = array;
  const path = `/dev/md/${name}`;
  const members = parts.filter(({ observed }) => isPartOf(observed, name));
  const others = parts.filter(({ observed }) => !isPartOf(observed, name));
  for (const part of others) {
    const occupied = occupantOf(part);
    if (occupied === undefined) continue;
    const text = `make ${part.path} a part of the array ${name}`;
    if (!draft.destroy(occupied, part.within, text, wipe(part.path))) return;
  }

  if (members.length === 0) {
    // A disk of it that is not there was a problem before.
    if (others.length < 2) return;
    const paths = others.map((part) => part.path);
    const form = array.metadata === "default" ? [] : [`--metadata=${array.metadata}`];
    const options = [
      "--run",
      "--homehost=any",
      `--name=${name}`,
      `--level=${array.level}`,
      ...form,
      ...array.extraArgs,
    ];
    draft.step(`make the array ${name} (level ${array.level}) of ${paths.join(", ")}`, {
      argv: ["mdadm", "--create", path, ...options, `--raid-devices=${paths.length}`, ...paths],
    });
    if (array.content !== undefined) {
      planContent(draft, { path, observed: undefined, within: [] }, array.content, all);
    }
    return;
  }

  const running = members.flatMap(({ observed }) => observed?.children ?? []).find(({ kind }) => kind === "array");
  const runningPath = running?.path ?? path;
  if (running === undefined) {
    draft.step(`start the array ${name}`, {
      argv: ["mdadm", "--assemble", "--run", path, ...members.map((part) => part.path)],
    });
    if (array.content !== undefined) {
      draft.isPartial = true;
      draft.note(`what is on the array ${name} shows when it runs`);
    }
  }
  for (const { path: part } of others) {
    draft.step(`add ${part} to the array ${name}, which copies to it what it is to have`, {
      argv: ["mdadm", "--manage", runningPath, "--add", part],
    });
  }
  if (running !== undefined && array.content !== undefined) {
    const within = members.flatMap((part) => [part.path, ...part.within]);
    planContent(draft, { path: running.path, observed: running, within }, array.content, all);
  }
}

/** A part's label is the array's name, behind that of the machine that made it. */
function isPartOf(observed: ObservedDevice | undefined, name: string): boolean {
  return observed?.signature === "linux_raid_member" && observed.label?.replace(/^.*:/, "") === name;
}
