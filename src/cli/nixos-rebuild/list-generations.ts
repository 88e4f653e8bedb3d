// `nixos-rebuild list-generations`: each generation of a profile of systems, newest first, with what its toplevel says about
// itself. A toplevel that does not say something has "Unknown" there, as in NixOS.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { fromByteString, toByteString } from "#formats";
import { hostPath } from "#host";
import { findGenerations, type Generation } from "#profile";
import type { Context } from "../command.ts";
import { printTable } from "../text/table.ts";
import type { RebuildLine } from "./command-line.ts";

interface SystemGeneration {
  readonly generation: number;
  /** Local time. */
  readonly date: string;
  readonly nixosVersion: string;
  readonly kernelVersion: string;
  readonly configurationRevision: string;
  readonly specialisations: readonly string[];
  readonly current: boolean;
}

const unknown = "Unknown";

export function listGenerations(context: Context, line: RebuildLine): void {
  const { all, current } = findGenerations(line.profile);
  const generations = all.toReversed().map((generation) => describe(generation, generation.number === current));
  if (line.json) context.output.writeLine(toByteString(JSON.stringify(generations, undefined, 2)));
  else printGenerations(context, generations);
}

function printGenerations(context: Context, generations: readonly SystemGeneration[]): void {
  printTable(context.output, [
    ["Generation", "Build-date", "NixOS version", "Kernel", "Configuration Revision", "Specialisation", "Current"],
    ...generations.map((one) =>
      [
        String(one.generation),
        one.date,
        one.nixosVersion,
        one.kernelVersion,
        one.configurationRevision,
        one.specialisations.join(" "),
        one.current ? "True" : "False",
      ].map(toByteString),
    ),
  ]);
}

function describe({ number, path, creationTime }: Generation, current: boolean): SystemGeneration {
  return {
    generation: number,
    date: localTime(creationTime),
    nixosVersion: readIfAny(`${path}/nixos-version`) ?? unknown,
    kernelVersion: kernelVersion(path),
    configurationRevision: configurationRevision(path),
    specialisations: entriesOf(`${path}/specialisation`),
    current,
  };
}

/** The one folder of modules beside the kernel is named after it. */
function kernelVersion(system: string): string {
  try {
    const modules = readdirSync(hostPath(`${system}/kernel-modules/lib/modules`));
    return modules.length === 1 ? (modules[0] ?? unknown) : unknown;
  } catch {
    return unknown;
  }
}

/** Only the system's own nixos-version knows it; one that fails or knows none says nothing. */
function configurationRevision(system: string): string {
  const program = `${system}/sw/bin/nixos-version`;
  if (!existsSync(hostPath(program))) return unknown;
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    const revision = execFileSync(fromByteString(program), ["--configuration-revision"], { encoding: "utf8", stdio });
    return revision.trim() || unknown;
  } catch {
    return unknown;
  }
}

function readIfAny(path: string): string | undefined {
  try {
    return readFileSync(realpathSync(hostPath(path)), "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function entriesOf(folder: string): string[] {
  return existsSync(hostPath(folder)) ? readdirSync(hostPath(folder)).toSorted() : [];
}

function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
