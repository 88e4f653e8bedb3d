// `nixos-rebuild switch`, `boot`, `test` and `check`: a system, built, named or from an earlier generation, becomes what this
// machine or another one runs and boots. The generation is made beforehand, so that nothing of it is collected meanwhile; the
// profile moves to it when the switch has gone well.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { posix } from "node:path";
import { FirnError, fromByteString, parseStorePath, type StorePath } from "#formats";
import { hostPath, leaveMountNamespace } from "#host";
import { readSwitchDescription, type SwitchTask } from "#nixos";
import { createGeneration, findGenerations, switchLink, withProfileLock } from "#profile";
import type { LocalStore } from "#store";
import type { Context } from "../command.ts";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { switchMachine } from "../switch-to-configuration/switch-machine.ts";
import { buildSystem, previousGeneration } from "./build-system.ts";
import type { RebuildLine } from "./command-line.ts";
import { variantOf } from "./specialisation.ts";

type Action = SwitchTask["action"];

/** Gives the exit status; see switch-to-configuration. */
export async function switchTo(context: Context, line: RebuildLine, action: Action): Promise<number> {
  const system = await chooseSystem(context, line);
  if (system === undefined) return 0;
  if (line.targetHost !== undefined) {
    const { switchOtherMachine } = await import("./other-machines.ts");
    return await switchOtherMachine(context, line, action, system);
  }
  const store = openLocalStoreOf(context);
  const toplevel = variantOf(system, line.specialisation, store);
  const isFirns = readSwitchDescription(toplevel, store) !== undefined;
  if (!isFirns && !existsSync(hostPath(scriptOf(toplevel)))) throw cannotBeSwitchedTo(toplevel);
  const profile = action === "switch" || action === "boot" ? generationFor(context, store, line, system) : null;
  if (!isFirns) return runItsScript(context, action, toplevel, profile);
  return await switchMachine(context, store, {
    action,
    toplevel,
    profile,
    installBootLoader: line.installBootLoader,
    ...(line.keepFailed ? { rollback: false } : {}),
    explainFailure: async (units) => {
      if (line.storePath !== undefined || line.rollback) return [];
      return await (await import("./find-definition.ts")).tellDefinitions(context, line, units);
    },
  });
}

/** The toplevel's store path; undefined with --dry-run. */
async function chooseSystem(context: Context, line: RebuildLine): Promise<string | undefined> {
  const store = openLocalStoreOf(context);
  const named = line.rollback ? previousGeneration(line.profile) : line.storePath;
  if (named !== undefined) return `${store.storeDir}/${followLinksToStorePath(store, named)}`;
  return await buildSystem(context, line);
}

/** The generation that holds the system: the one that is gone back to, or a new one. */
function generationFor(
  context: Context,
  store: LocalStore,
  line: RebuildLine,
  toplevel: string,
): SwitchTask["profile"] {
  const { profile } = line;
  if (line.rollback) return { path: profile, generation: previousGeneration(profile), isNew: false };
  const path: StorePath = parseStorePath(store.storeDir, toplevel);
  mkdirSync(hostPath(posix.dirname(profile)), { recursive: true });
  return withProfileLock(profile, context.log.emit, () => {
    const before = new Set(findGenerations(profile).all.map((generation) => generation.path));
    const generation = createGeneration(store, profile, path);
    return { path: profile, generation, isNew: !before.has(generation) };
  });
}

/** A system that Firn's modules did not make has a program of its own, which wants the profile moved before. */
function runItsScript(context: Context, action: Action, toplevel: string, profile: SwitchTask["profile"]): number {
  if (profile !== null) switchLink(profile.path, profile.generation);
  context.log.stop();
  leaveMountNamespace();
  const { status, error } = spawnSync(fromByteString(scriptOf(toplevel)), [action], { stdio: "inherit" });
  if (error !== undefined) throw error;
  return status ?? 1;
}

function scriptOf(toplevel: string): string {
  return `${toplevel}/bin/switch-to-configuration`;
}

function cannotBeSwitchedTo(toplevel: string): FirnError {
  return new FirnError("not-switchable", `a machine cannot be switched to '${toplevel}': it has no program for that`, {
    hint: "Its configuration has `system.switch.enable = false`.",
  });
}
