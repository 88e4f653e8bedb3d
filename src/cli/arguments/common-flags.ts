// The flags that every program takes: verbosity, log format, jobs, each setting by its name (Nix's MixCommonArgs), and
// what only the nix-* programs take besides (LegacyArgs).

import { isAppendable } from "../settings/setting-table.ts";
import { definitionOf, parseIntegerWithSuffix } from "../settings/settings.ts";
import { UsageError } from "../program/usage-error.ts";
import type { Context } from "../command.ts";
import { firstOf, flagTable, switchFlag, valueFlag, type Flag, type FlagLookup } from "./command-line.ts";

export function commonFlags(context: Context): FlagLookup {
  const { log, settings } = context;
  return firstOf(
    flagTable({
      "-v --verbose": switchFlag(() => log.changeVerbosity(1)),
      "--quiet": switchFlag(() => log.changeVerbosity(-1)),
      "--debug": switchFlag(() => log.setVerbosity("debug")),
      "--option": { arity: 2, handle: (name = "", value = "") => setAndWarn(context, name, value) },
      "--log-format": valueFlag((format) => log.setFormat(format)),
      "-j --max-jobs": valueFlag((jobs) => settings.set("max-jobs", jobs)),
      "--repair": switchFlag(() => (context.switches.repair = true)),
    }),
    (word) => settingFlag(context, word),
  );
}

/** What nix-env, nix-store, nix-build, … take and `nix` does not. */
export function legacyFlags(context: Context): FlagLookup {
  const { settings, switches, log } = context;
  const integerSetting = (name: string): Flag =>
    valueFlag((text) => {
      if (parseIntegerWithSuffix(text) === undefined) throw notAnInteger(text);
      settings.set(name, text);
    });
  return firstOf(
    flagTable({
      "-Q --no-build-output": switchFlag(() => log.hideBuildLogs()),
      "-K --keep-failed": switchFlag(() => settings.set("keep-failed", "true")),
      "-k --keep-going": switchFlag(() => settings.set("keep-going", "true")),
      "--fallback": switchFlag(() => settings.set("fallback", "true")),
      "--cores": integerSetting("cores"),
      "--max-silent-time": integerSetting("max-silent-time"),
      "--timeout": integerSetting("timeout"),
      "--readonly-mode": switchFlag(() => (switches.readOnly = true)),
      "--no-gc-warning": switchFlag(() => (switches.gcWarning = false)),
      "--store": valueFlag((uri) => settings.set("store", uri)),
    }),
    commonFlags(context),
  );
}

/** `--NAME VALUE`, `--NAME` and `--no-NAME` for booleans, `--extra-NAME VALUE` for lists. */
function settingFlag(context: Context, word: string): Flag | undefined {
  if (!word.startsWith("--")) return undefined;
  const name = word.slice(2);
  // nix-env had a --system of its own before settings were flags.
  if (name === "system" && context.program === "nix-env") return undefined;
  const { settings } = context;
  if (name === "relaxed-sandbox") return switchFlag(() => settings.set("sandbox", "relaxed"));
  const definition = definitionOf(name);
  if (definition !== undefined) {
    return definition.type === "boolean" || definition.type === "sandbox"
      ? switchFlag(() => settings.set(name, "true"))
      : valueFlag((value) => settings.set(name, value));
  }
  if (name.startsWith("no-")) {
    const denied = definitionOf(name.slice("no-".length));
    if (denied?.type === "boolean" || denied?.type === "sandbox")
      return switchFlag(() => settings.set(denied.name, "false"));
  }
  if (name.startsWith("extra-")) {
    const extended = definitionOf(name.slice("extra-".length));
    if (extended !== undefined && isAppendable(extended.type)) return valueFlag((value) => settings.set(name, value));
  }
  return undefined;
}

function setAndWarn(context: Context, name: string, value: string): void {
  context.settings.set(name, value);
  for (const unknown of context.settings.takeUnknown()) context.log.message("warn", `unknown setting '${unknown}'`);
}

function notAnInteger(text: string): UsageError {
  return new UsageError(`'${text}' is not an integer`);
}
