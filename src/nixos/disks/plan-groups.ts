// Volume groups of LVM: the devices that they lie on, and the volumes in them. LVM's own description, which is on every part of a
// group, says which group a device belongs to.

import { describeSize } from "./describe-size.ts";
import type { DeclaredGroup, DeclaredVolume } from "./layout.ts";
import { findDevice, mapperPath, type ObservedDisks, type ObservedGroup } from "./observed.ts";
import { occupantOf, type Parts, planContent, type Target, wipe } from "./plan-contents.ts";
import type { DraftPlan } from "./plan.ts";

interface GroupsToPlan {
  readonly groups: readonly DeclaredGroup[];
  readonly observed: ObservedDisks;
  readonly parts: Parts;
}

export function planGroups(draft: DraftPlan, { groups, observed, parts }: GroupsToPlan): void {
  for (const group of groups) {
    const declared = parts.groups.get(group.name) ?? [];
    // Where nothing of it is to be seen, a disk is not there, which was a problem before, or a volume around it is closed.
    if (declared.length === 0) continue;
    const there = observed.groups.find(({ name }) => name === group.name);
    const isMember = ({ observed: device }: Target): boolean =>
      device !== undefined && there?.parts.includes(device.path) === true;
    const members = declared.filter(isMember);
    const others = declared.filter((part) => !isMember(part));
    if (there !== undefined && members.length === 0) {
      draft.problem(
        `there is a volume group ${group.name} already, on ${there.parts.join(", ")}, which are not declared as its parts`,
      );
      continue;
    }
    if (!clearParts(draft, group.name, others)) continue;
    if (there === undefined) planNewGroup(draft, group, others, parts);
    else planKeptGroup(draft, { group, there, members, others, observed, parts });
  }
}

/** Says whether what is on the devices may be lost. */
function clearParts(draft: DraftPlan, name: string, others: readonly Target[]): boolean {
  return others.every((part) => {
    const occupied = occupantOf(part);
    if (occupied === undefined) return true;
    return draft.destroy(
      occupied,
      part.within,
      `make ${part.path} a part of the volume group ${name}`,
      wipe(part.path),
    );
  });
}

function planNewGroup(draft: DraftPlan, group: DeclaredGroup, on: readonly Target[], parts: Parts): void {
  const paths = on.map(({ path }) => path);
  draft.step(`make the volume group ${group.name} of ${paths.join(", ")}`, {
    argv: ["vgcreate", "--yes", group.name, ...paths],
  });
  for (const volume of group.volumes) planNewVolume(draft, group.name, volume, parts);
}

function planNewVolume(draft: DraftPlan, group: string, volume: DeclaredVolume, parts: Parts): void {
  const { name, size, extraArgs, content } = volume;
  draft.step(`make the volume ${name} in the group ${group} (${describeSize(size)})`, {
    argv: ["lvcreate", "--yes", "--wipesignatures=y", `--name=${name}`, sizeArgument(size), ...extraArgs, group],
  });
  if (content !== undefined) {
    planContent(draft, { path: `/dev/${group}/${name}`, observed: undefined, within: [] }, content, parts);
  }
}

/** LVM takes whole sectors, and rounds up to whole pieces itself. */
function sizeArgument(size: number | undefined): string {
  return size === undefined ? "--extents=100%FREE" : `--size=${Math.ceil(size / 512) * 512}b`;
}

interface KeptGroup {
  readonly group: DeclaredGroup;
  readonly there: ObservedGroup;
  readonly members: readonly Target[];
  readonly others: readonly Target[];
  readonly observed: ObservedDisks;
  readonly parts: Parts;
}

function planKeptGroup(draft: DraftPlan, kept: KeptGroup): void {
  const { group, there, members, others, observed, parts } = kept;
  for (const { path, grown } of members) {
    if (grown === true)
      draft.step(`let the volume group ${group.name} use all of ${path}`, { argv: ["pvresize", path] });
  }
  for (const { path } of others) {
    draft.step(`add ${path} to the volume group ${group.name}`, { argv: ["vgextend", "--yes", group.name, path] });
  }
  // How much these bring shows when it is there.
  const mayHaveMore = others.length > 0 || members.some(({ grown }) => grown === true);
  let { free } = there;
  let isStarted = false;
  for (const volume of group.volumes) {
    const found = there.volumes.find(({ name }) => name === volume.name);
    const wanted = volume.size === undefined ? undefined : Math.ceil(volume.size / there.extent) * there.extent;
    const more = wanted === undefined ? undefined : wanted - (found?.size ?? 0);
    const hasRoom = mayHaveMore || free >= (more ?? there.extent);
    if (more !== undefined && more > 0 && !hasRoom) {
      draft.problem(
        `the volume group ${group.name} has ${describeSize(free)} free, which is no room for ${volume.name} (${describeSize(volume.size)})`,
      );
      continue;
    }
    if (found === undefined) {
      if (!hasRoom) draft.problem(`the volume group ${group.name} has nothing left for ${volume.name}`);
      else planNewVolume(draft, group.name, volume, parts);
      free -= more ?? free;
      continue;
    }
    if (more !== undefined && more < 0) {
      draft.note(
        `the volume ${volume.name} has ${describeSize(found.size)}, more than the ${describeSize(volume.size)} that are declared; nothing shrinks`,
      );
    }
    const grown = more === undefined ? hasRoom : more > 0;
    if (grown) {
      const argument = more === undefined ? "--extents=+100%FREE" : sizeArgument(volume.size);
      draft.step(`let the volume ${volume.name} of the group ${group.name} grow (${describeSize(volume.size)})`, {
        argv: ["lvextend", "--yes", argument, `${group.name}/${volume.name}`],
      });
      free -= more ?? free;
    }
    if (volume.content === undefined) continue;
    const device = findDevice(observed, mapperPath(group.name, volume.name));
    if (found.isActive && device !== undefined) {
      const within = members.flatMap((part) => [part.path, ...part.within]);
      planContent(draft, { path: device.path, observed: device, within, grown }, volume.content, parts);
      continue;
    }
    if (!isStarted) {
      draft.step(`start the volume group ${group.name}`, { argv: ["vgchange", "--activate=y", group.name] });
    }
    isStarted = true;
    draft.isPartial = true;
    draft.note(`what is on the volume ${volume.name} of the group ${group.name} shows when it is active`);
  }
  const declared = new Set(group.volumes.map(({ name }) => name));
  for (const { name } of there.volumes) {
    if (!declared.has(name)) draft.note(`the volume ${name} of the group ${group.name} is not declared, and stays`);
  }
}
