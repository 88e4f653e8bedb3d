// `nixos-rebuild build` and `dry-build`: the attribute `system` of `<nixpkgs/nixos>`, which reads `<nixos-config>` or
// $NIXOS_CONFIG itself, or the system of a flake; with --rollback no build, but the generation before the current one.

import { readlinkSync } from "node:fs";
import { findGenerations } from "#profile";
import { FirnError, parseStorePath } from "#formats";
import { atomicSymlink, hostPath } from "#host";
import { absolutePath } from "../text/absolute-path.ts";
import type { Context } from "../command.ts";
import { buildOutputs } from "../nix-build/nix-build.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import type { RebuildLine } from "./command-line.ts";
import { findSystem } from "./find-system.ts";
import { shortenTrace } from "./shorten-trace.ts";

/** The others make a generation, or are done with the system when they end. */
const leavesLink: ReadonlySet<RebuildLine["action"]> = new Set(["build", "build-vm", "build-image", "dry-activate"]);

/** Gives the toplevel's path; undefined with dry-build, which builds none. `./result` leads to it. */
export async function buildSystem(context: Context, line: RebuildLine): Promise<string | undefined> {
  if (line.rollback) return linkPreviousGeneration(line.profile);
  if (line.buildHost !== undefined) return await buildSystemElsewhere(context, line);
  context.log.message("notice", "building the system configuration...");
  return await buildAttribute(context, line, "system");
}

async function buildSystemElsewhere(context: Context, line: RebuildLine): Promise<string> {
  const { buildElsewhere } = await import("./other-machines.ts");
  const toplevel = await buildElsewhere(context, line);
  if (leavesLink.has(line.action)) {
    const store = openLocalStoreOf(context);
    store.addPermanentRoot(parseStorePath(store.storeDir, toplevel), absolutePath("./result"));
  }
  return toplevel;
}

/** What `nixos-rebuild build-vm` builds; `./result` leads to it. */
export async function buildVirtualMachine(context: Context, line: RebuildLine): Promise<string | undefined> {
  context.log.message("notice", "building the virtual machine of the configuration...");
  return await buildAttribute(context, line, "vm");
}

/** Something else of what `<nixpkgs/nixos>` or the flake gives. */
export async function buildAttribute(
  context: Context,
  line: RebuildLine,
  attribute: string,
): Promise<string | undefined> {
  const { settings, switches } = context;
  settings.set("keep-going", "true");
  const store = openLocalStoreOf(context);
  if (!switches.readOnly) store.beginWriting();
  try {
    const [toplevel] = await buildOutputs(context, store, await findSystem(context, store, line, attribute), {
      outLink: leavesLink.has(line.action) ? "./result" : undefined,
      dryRun: line.action === "dry-build",
      mode: switches.repair ? "repair" : "normal",
    });
    return toplevel;
  } catch (error) {
    if (!settings.boolean("show-trace")) shortenTrace(error);
    throw error;
  }
}

function linkPreviousGeneration(profile: string): string {
  const previous = previousGeneration(profile);
  atomicSymlink(previous, absolutePath("./result"));
  return readlinkSync(hostPath(previous), { encoding: "latin1" });
}

export function previousGeneration(profile: string): string {
  const { all, current } = findGenerations(profile);
  const previous = all.findLast(({ number }) => current !== undefined && number < current);
  if (previous === undefined) throw nothingBefore(profile);
  return previous.path;
}

function nothingBefore(profile: string): FirnError {
  return new FirnError("no-older-generation", `the profile '${profile}' has no generation before the current one`);
}
