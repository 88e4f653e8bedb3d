// The settings of one run: values from the files, the environment and the command line, in that order (Nix's Config).
// A value is kept as the text it was written as and read by type; an unknown name is remembered, to be warned about.

import { availableParallelism } from "node:os";
import type { LintLevel } from "#language";
import { UsageError } from "../program/usage-error.ts";
import { isAppendable, settingAliases, settingDefinitions, type SettingDefinition } from "./setting-table.ts";

export class Settings {
  private readonly values = new Map<string, string>();
  private readonly unknown = new Set<string>();

  /** Sets a known setting, or adds to one by `extra-NAME`. Throws UsageError for a value that its type does not allow. */
  set(name: string, value: string): void {
    const direct = definitionOf(name);
    if (direct !== undefined) {
      checkValue(direct, value);
      this.values.set(direct.name, value);
      return;
    }
    const extended = name.startsWith("extra-") ? definitionOf(name.slice("extra-".length)) : undefined;
    if (extended !== undefined && isAppendable(extended.type)) {
      this.values.set(extended.name, `${this.text(extended.name)} ${value}`.trim());
      return;
    }
    this.unknown.add(name);
  }

  /** Takes over what another has set. */
  inherit(other: Settings): void {
    for (const [name, value] of other.values) this.values.set(name, value);
    for (const name of other.unknown) this.unknown.add(name);
  }

  /** Names that were set and that nothing knows, in the order they came; forgotten once asked for. */
  takeUnknown(): string[] {
    const names = [...this.unknown];
    this.unknown.clear();
    return names;
  }

  /** The settings that do not have their defaults only, by name. */
  overridden(): [name: string, value: string][] {
    return [...this.values].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  /** What was set, as lines of a configuration file. */
  printed(): string {
    return [...this.values].map(([name, value]) => `${name} = ${value}\n`).join("");
  }

  isOverridden(name: string): boolean {
    return this.values.has(name);
  }

  text(name: string): string {
    return this.values.get(name) ?? settingDefinitions.get(name)?.initial ?? "";
  }

  optional(name: string): string | undefined {
    return this.text(name) || undefined;
  }

  boolean(name: string): boolean {
    return isTrue(this.text(name));
  }

  /** Units as the setting has them: bytes, seconds or a count. */
  integer(name: string): number {
    return parseIntegerWithSuffix(this.text(name)) ?? 0;
  }

  list(name: string): string[] {
    return this.text(name)
      .split(/\s+/)
      .filter((word) => word !== "");
  }

  sandbox(): boolean | "relaxed" {
    const text = this.text("sandbox");
    return text === "relaxed" ? "relaxed" : isTrue(text);
  }

  /** `max-jobs`, where `auto` is the number of processors. */
  jobs(): number {
    const text = this.text("max-jobs");
    return text === "auto" ? availableParallelism() : (parseIntegerWithSuffix(text) ?? 1);
  }

  lint(name: string): LintLevel {
    const text = this.text(name);
    return isLintLevel(text) ? text : "ignore";
  }

  hasFeature(feature: string): boolean {
    return this.list("experimental-features").includes(feature);
  }
}

export function definitionOf(name: string): SettingDefinition | undefined {
  return settingDefinitions.get(settingAliases.get(name) ?? name);
}

/** Nix's string2IntWithUnitPrefix; undefined when it is no such number. */
export function parseIntegerWithSuffix(text: string): number | undefined {
  const match = /^(-?[0-9]+)([KMGTkmgt]?)$/.exec(text);
  if (match === null) return undefined;
  const power = ["", "K", "M", "G", "T"].indexOf((match[2] ?? "").toUpperCase());
  return Number(match[1]) * 1024 ** power;
}

function isTrue(text: string): boolean {
  return text === "true" || text === "yes" || text === "1";
}

function isFalse(text: string): boolean {
  return text === "false" || text === "no" || text === "0";
}

function isLintLevel(text: string): text is LintLevel {
  return text === "ignore" || text === "warn" || text === "fatal";
}

function checkValue(definition: SettingDefinition, value: string): void {
  const { name, type } = definition;
  switch (type) {
    case "boolean":
      if (!isTrue(value) && !isFalse(value))
        throw new UsageError(`Boolean setting '${name}' has invalid value '${value}'`);
      break;
    case "integer":
      if (parseIntegerWithSuffix(value) === undefined)
        throw new UsageError(`setting '${name}' has invalid value '${value}'`);
      break;
    case "sandbox":
      if (value !== "relaxed" && !isTrue(value) && !isFalse(value)) {
        throw new UsageError(`option '${name}' has invalid value '${value}'`);
      }
      break;
    case "jobs":
      if (value !== "auto" && parseIntegerWithSuffix(value) === undefined) {
        throw new UsageError(`configuration setting '${name}' should be 'auto' or an integer`);
      }
      break;
    case "lint":
      if (!isLintLevel(value)) {
        throw new UsageError(`option '${name}' has invalid value '${value}' (expected 'ignore', 'warn', or 'fatal')`);
      }
      break;
    case "profiler":
      if (value !== "disabled" && value !== "flamegraph") {
        throw new UsageError(`option '${name}' has invalid value '${value}'`);
      }
      break;
    case "text":
    case "optional":
    case "list":
    case "map":
      break;
  }
}
