// The declared disks: evaluated from a configuration, or as a system or a file says them.

import { readFileSync } from "node:fs";
import { FirnError } from "#formats";
import { hostPath } from "#host";
import { ContextCollector, printJson } from "#language";
import { type DiskLayout, parseLayout } from "#nixos";
import type { EvalFlags } from "../../arguments/eval-flags.ts";
import type { Context } from "../../command.ts";
import { openEvaluationSession } from "../../evaluation/session.ts";
import { systemAttribute } from "../../evaluation/system-attribute.ts";

export interface LayoutSource {
  readonly evaluation: EvalFlags;
  /** A file of JSON. */
  layout: string | undefined;
  /** A system that was built. */
  system: string | undefined;
  /** An expression instead of `<nixpkgs/nixos>`. */
  file: string | undefined;
}

export async function readLayout(context: Context, source: LayoutSource): Promise<DiskLayout> {
  const { layout, system } = source;
  if (layout !== undefined) return parseFile(layout);
  return system === undefined
    ? parseText(evaluate(context, source), "the configuration")
    : parseFile(`${system}/disk-layout.json`);
}

function parseFile(path: string): DiskLayout {
  try {
    return parseText(readFileSync(hostPath(path), "utf8"), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw noLayout(path);
    throw error;
  }
}

function parseText(text: string, from: string): DiskLayout {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FirnError("invalid-disk-layout", `${from} is no JSON: ${(error as Error).message}`);
  }
  return parseLayout(value);
}

function evaluate(context: Context, { evaluation, file }: LayoutSource): string {
  context.switches.readOnly = true;
  const session = openEvaluationSession(context, evaluation);
  const { evaluator } = session;
  const slot = systemAttribute(session, "config.system.build.diskLayout", file);
  const json = printJson(evaluator, evaluator.force(slot), new ContextCollector(), 0, { strict: true });
  return Buffer.from(json, "latin1").toString("utf8");
}

function noLayout(path: string): FirnError {
  return new FirnError("no-disk-layout", `there is no file '${path}'`, {
    hint: "A system has it when its configuration sets `disko.devices`.",
  });
}
