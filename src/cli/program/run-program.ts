// Runs one program: reads the settings, finds the command, prints what it throws, undoes what it left open.

import { readFileSync } from "node:fs";
import { nearestNames, toByteString } from "#formats";
import { isTerminal } from "#host";
import type { Command, Context } from "../command.ts";
import { Log } from "../log/log.ts";
import { Output } from "./output.ts";
import { printError } from "./print-error.ts";
import { programs } from "../programs.ts";
import { loadSettings } from "../settings/nix-conf.ts";
import { Settings } from "../settings/settings.ts";
import { UsageError } from "./usage-error.ts";

/** `words` as Node gives them. Gives the exit status. */
export async function runProgram(program: string, words: readonly string[]): Promise<number> {
  // Made when it is asked for, since loading it is felt at start-up.
  let controller: AbortController | undefined;
  const abort = (): AbortController => (controller ??= new AbortController());
  const context: Context = {
    program,
    output: new Output(),
    log: openLog(program),
    settings: new Settings(),
    environment: process.env,
    switches: { repair: false, readOnly: false, gcWarning: true, rootsMade: 0 },
    reports: [],
    cleanups: [],
    get signal() {
      return abort().signal;
    },
    abort: () => abort().abort(),
  };
  // Store objects are readable by everybody.
  process.umask(0o022);
  // A failure in an event that nobody waits for is told like any other.
  process.on("uncaughtException", (error) => {
    void printError(error, context).then((status) => process.exit(status));
  });
  const status = await runCommand(program, words, context);
  const closed = await close(context);
  return status === 0 ? closed : status;
}

async function runCommand(program: string, words: readonly string[], context: Context): Promise<number> {
  try {
    const command = await findProgram(program);
    context.settings.inherit(loadSettings(context.environment));
    for (const name of context.settings.takeUnknown()) context.log.message("warn", `unknown setting '${name}'`);
    const status = await command.run(toByteStrings(words), context);
    context.output.flush();
    for (const report of context.reports) report();
    return status;
  } catch (error) {
    // What was answered before the failure stays answered.
    context.output.flush();
    if (program === "nix") for (const report of context.reports) report();
    return await printError(error, context);
  }
}

/** Undoes what the command left open; gives the exit status. */
async function close(context: Context): Promise<number> {
  let status = 0;
  for (const cleanup of context.cleanups.toReversed()) {
    try {
      cleanup();
    } catch (error) {
      status = await printError(error, context);
    }
  }
  context.log.stop();
  return status;
}

async function findProgram(program: string): Promise<Command> {
  const load = programs.get(program);
  if (load === undefined) throw unknownProgram(program);
  return await load();
}

function openLog(program: string): Log {
  const toTerminal = isTerminal(2) && process.env["TERM"] !== "dumb";
  const colours = toTerminal && process.env["NO_COLOR"] === undefined;
  // A terminal gets the live view; elsewhere Nix's old programs print lines, with what builders print.
  const isNew = program === "nix" || program === "firn";
  const format = toTerminal || isNew ? "bar" : "raw-with-logs";
  const storeDir = process.env["NIX_STORE_DIR"] || "/nix/store";
  return new Log({ format, isTerminal: toTerminal, colours, storeDir });
}

/** Arguments are bytes. Node has decoded them as UTF-8; where that lost something, the kernel still has them. */
function toByteStrings(words: readonly string[]): string[] {
  if (!words.some((word) => word.includes("\ufffd"))) return words.map(toByteString);
  const all = readFileSync("/proc/self/cmdline", "latin1").split("\0").slice(0, -1);
  return all.slice(all.length - words.length);
}

function unknownProgram(program: string): UsageError {
  const near = nearestNames(program, programs.keys()).map(({ name }) => name);
  return new UsageError(
    `'${program}' is not a program of Firn`,
    near.length === 0 ? "`firn` lists what there is." : `Did you mean ${near.join(" or ")}?`,
  );
}
