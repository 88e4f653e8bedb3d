// A system that a flake declares, `nixosConfigurations.NAME`, as `--flake PATH#NAME` names it in the commands of systems.

import { hostname } from "node:os";
import { existsSync, realpathSync } from "node:fs";
import { posix } from "node:path";
import { toByteString, type StorePath } from "#formats";
import type { Slot } from "#language";
import { flakeFlags, type FlakeFlags } from "../arguments/flake-flags.ts";
import { networkFlags } from "../arguments/network-flags.ts";
import { firstOf, type FlagLookup } from "../arguments/command-line.ts";
import type { EvalFlags } from "../arguments/eval-flags.ts";
import type { Context } from "../command.ts";
import { UsageError } from "../program/usage-error.ts";
import type { EvaluationSession } from "./session.ts";

export interface FlakeSystem {
  readonly url: string;
  readonly name: string;
  readonly flags: FlakeFlags;
}

/** Flags of a command that takes `--flake`, and what to do with its value. */
export interface FlakeSystemFlags {
  readonly lookup: FlagLookup;
  choose(text: string): FlakeSystem;
}

export function flakeSystemFlags(context: Context): FlakeSystemFlags {
  const flags = flakeFlags(context);
  return {
    lookup: firstOf(flags.lookup, networkFlags(context)),
    choose: (text) => ({ ...splitName(text), flags }),
  };
}

/** The flake of this machine's configuration, where there is one. */
export function flakeOfMachine(): string | undefined {
  const file = "/etc/nixos/flake.nix";
  return existsSync(file) ? toByteString(posix.dirname(realpathSync(file))) : undefined;
}

/** What is not named is called as this machine. */
function splitName(text: string): { url: string; name: string } {
  const hash = text.indexOf("#");
  const url = hash < 0 ? text : text.slice(0, hash);
  const name = hash < 0 ? "" : text.slice(hash + 1);
  if (name.includes('"')) throw new UsageError(`'${name}' is no name of a system`);
  return { url: url === "" ? "." : url, name: name || toByteString(hostname()) || "default" };
}

/** Before there is a session: a flake is evaluated purely, unless --impure was given. */
export function prepareFlakeEvaluation({ settings }: Context, evaluation: EvalFlags): void {
  settings.set("extra-experimental-features", "nix-command flakes");
  if (!evaluation.impure && !settings.isOverridden("pure-eval")) settings.set("pure-eval", "true");
}

/** The derivation at an attribute of the system, such as `config.system.build.toplevel`. */
export async function flakeDerivation(
  session: EvaluationSession,
  system: FlakeSystem,
  attribute: string,
): Promise<StorePath> {
  const installable = await open(session, system, attribute);
  const path = installable.toDerivedPath(["out"]);
  if (path.kind === "opaque") throw notBuilt(`${system.url}#${attribute}`);
  return path.derivation;
}

export async function flakeValue(session: EvaluationSession, system: FlakeSystem, attribute: string): Promise<Slot> {
  return (await open(session, system, attribute)).value();
}

async function open(session: EvaluationSession, { url, name, flags }: FlakeSystem, attribute: string) {
  const { FlakeInstallable } = await import("../nix/flake-installable.ts");
  const text = `${url}#nixosConfigurations."${name}".${attribute}`;
  return new FlakeInstallable(session, text, { defaults: [], prefixes: [] }, flags.lockFlags(session.flakes));
}

function notBuilt(what: string): UsageError {
  return new UsageError(`'${what}' is a path and no system that is built`);
}
