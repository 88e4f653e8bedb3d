// The system in the new store, as its first generation or one more. What the running machine's store has is copied from there
// instead of built: an installer brings much of the system along.

import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { FirnError, parseStorePath, printStorePath, type StorePath } from "#formats";
import { hostPath } from "#host";
import { createGeneration, getDerivations, switchLink } from "#profile";
import { computeClosure, type LocalStore, topologicalSort } from "#store";
import type { Context } from "../command.ts";
import { openLocalStoreOf, openStoreAt } from "../stores/open-store.ts";
import { realisePaths } from "../stores/realise-paths.ts";
import { openWritingSession } from "../evaluation/session.ts";
import { shortenTrace } from "../nixos-rebuild/shorten-trace.ts";
import type { InstallLine } from "./nixos-install.ts";

/** Gives the toplevel's path. */
export async function installSystem(context: Context, line: InstallLine): Promise<string> {
  const { root } = line;
  const source = openLocalStoreOf(context);
  mkdirSync(hostPath(`${root}/nix/var/nix/profiles`), { recursive: true });
  const target = openStoreAt(context, root);
  target.beginWriting();
  const toplevel =
    line.system === undefined
      ? await buildInto(context, line, source, target)
      : copyBuilt(context, line.system, source, target);

  const profile = `${root}/nix/var/nix/profiles/system`;
  switchLink(profile, createGeneration(target, profile, toplevel));
  mkdirSync(hostPath(`${root}/etc`), { recursive: true, mode: 0o755 });
  // By this a switch knows that the machine is its own.
  writeFileSync(hostPath(`${root}/etc/NIXOS`), "");
  return printStorePath(target.storeDir, toplevel);
}

function copyBuilt(context: Context, system: string, source: LocalStore, target: LocalStore): StorePath {
  const { storeDir } = source;
  // A link such as ./result leads to it; below a store in a folder it cannot be followed, and need not.
  const path = existsSync(hostPath(system)) ? realpathSync(hostPath(system)) : system;
  const toplevel = parseStorePath(storeDir, path);
  if (!target.isValidPath(toplevel) && !source.isValidPath(toplevel)) {
    throw new FirnError("no-such-system", `the system '${path}' is not in the store`);
  }
  copyClosure(context, source, target, toplevel);
  return toplevel;
}

async function buildInto(
  context: Context,
  line: InstallLine,
  source: LocalStore,
  target: LocalStore,
): Promise<StorePath> {
  context.log.message("notice", "building the configuration in the new store...");
  const derivation = await findDerivation(context, line).catch((error: unknown) => {
    if (!context.settings.boolean("show-trace")) shortenTrace(error);
    throw error;
  });
  copyOutputs(context, source, target, derivation);
  await realisePaths(context, target, [{ kind: "built", derivation, outputs: ["out"] }]);
  const toplevel = target.queryDerivationOutputs(derivation).get("out");
  if (toplevel === undefined) throw noSystem(line.file, line.attribute);
  return toplevel;
}

/** In the new store; the session is over it. */
async function findDerivation(context: Context, line: InstallLine): Promise<StorePath> {
  const { settings, environment } = context;
  const { evaluation, flake, file, attribute } = line;
  settings.set("store", line.root);
  if (flake !== undefined) {
    const { flakeDerivation, prepareFlakeEvaluation } = await import("../evaluation/flake-system.ts");
    prepareFlakeEvaluation(context, evaluation);
    return await flakeDerivation(await openWritingSession(context, evaluation), flake, "config.system.build.toplevel");
  }
  const configuration = environment["NIXOS_CONFIG"] || `${line.root}/etc/nixos/configuration.nix`;
  if (file === "<nixpkgs/nixos>") {
    if (!existsSync(hostPath(configuration))) throw noConfiguration(configuration);
    evaluation.searchPath.unshift(`nixos-config=${configuration}`);
  }
  const session = await openWritingSession(context, evaluation);
  const { evaluator, autoArguments } = session;
  const root = evaluator.evalMainFile(session.lookupExpression(file));
  const { slot } = evaluator.findAlongAttrPath(attribute, autoArguments, root);
  const options = { autoArguments, ignoreAssertionFailures: false };
  const derivation = getDerivations(evaluator, evaluator.force(slot), options)[0]?.requireDerivationPath();
  if (derivation === undefined) throw noSystem(file, attribute);
  return derivation;
}

/** Of everything that would be built, what the source has: from the whole system down to what only a part of it needs. */
function copyOutputs(context: Context, source: LocalStore, target: LocalStore, derivation: StorePath): void {
  const seen = new Set<StorePath>();
  const pending = [derivation];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const outputs = [...target.queryDerivationOutputs(next).values()];
    if (outputs.length > 0 && outputs.every((output) => target.isValidPath(output))) continue;
    if (outputs.length > 0 && outputs.every((output) => source.isValidPath(output))) {
      for (const output of outputs) copyClosure(context, source, target, output);
      continue;
    }
    pending.push(...target.readDerivation(next).inputDerivations.keys());
  }
}

/** What refers to others comes after them, so the new store is whole whenever this is cut short. */
function copyClosure(context: Context, source: LocalStore, target: LocalStore, path: StorePath): void {
  if (target.isValidPath(path)) return;
  const missing = computeClosure(source, [path]).filter((one) => !target.isValidPath(one));
  context.log.message("info", `copying ${missing.length} paths to the new store...`);
  for (const one of topologicalSort(source, missing).toReversed()) {
    // Who installs a system trusts the store that he does it from.
    target.addNarToStore(source.queryPathInfo(one), source.narFromPath(one), { checkSignatures: false });
  }
}

function noConfiguration(path: string): FirnError {
  return new FirnError("no-configuration", `configuration file ${path} doesn't exist`, {
    hint: "'nixos-generate-config --root /mnt' makes one to begin with.",
  });
}

function noSystem(file: string, attribute: string): FirnError {
  return new FirnError("no-such-system", `'${attribute}' of ${file} is no system`);
}
