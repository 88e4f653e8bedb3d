// nix.conf: the system's file, the user's files, then $NIX_CONFIG (Nix's loadConfFile). `include` and `!include` are
// relative to the file that holds them; a file that cannot be read counts as absent.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { FirnError } from "#formats";
import { UsageError } from "../program/usage-error.ts";
import { Settings } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings as the machine and the user have them, before the command line. */
export function loadSettings(environment: Environment): Settings {
  const settings = new Settings();
  const nixPathGiven = environment["NIX_PATH"] !== undefined;
  const apply = (contents: string, path: string) => {
    const entries = parseConfiguration(contents, path);
    const isFeature = (name: string) => name === "experimental-features" || name === "extra-experimental-features";
    for (const [name, value] of entries) if (isFeature(name)) settings.set(name, value);
    for (const [name, value] of entries) {
      if (isFeature(name)) continue;
      // The variable wins over the files, though not over the command line.
      if (nixPathGiven && (name === "nix-path" || name === "extra-nix-path")) continue;
      settings.set(name, value);
    }
  };

  for (const path of configurationFiles(environment)) {
    const contents = readIfPossible(path);
    if (contents !== undefined) apply(contents, path);
  }
  const inline = environment["NIX_CONFIG"];
  if (inline !== undefined) apply(inline, "NIX_CONFIG");
  return settings;
}

/** In the order in which they apply: the later wins. */
export function configurationFiles(environment: Environment): string[] {
  const system = resolve(environment["NIX_CONF_DIR"] || "/etc/nix", "nix.conf");
  const given = environment["NIX_USER_CONF_FILES"];
  if (given !== undefined)
    return [
      system,
      ...given
        .split(":")
        .filter((path) => path !== "")
        .toReversed(),
    ];
  const home = environment["HOME"] ?? "/";
  const own = environment["NIX_CONFIG_HOME"] || `${environment["XDG_CONFIG_HOME"] || `${home}/.config`}/nix`;
  const shared = (environment["XDG_CONFIG_DIRS"] || "/etc/xdg").split(":").map((folder) => `${folder}/nix`);
  return [system, ...[own, ...shared].map((folder) => `${folder}/nix.conf`).toReversed()];
}

/** The settings that a configuration text names, in its order, with what it includes put in place. */
export function parseConfiguration(contents: string, path: string): [name: string, value: string][] {
  const entries: [string, string][] = [];
  for (const wholeLine of contents.split("\n")) {
    const line = wholeLine.replace(/#.*$/, "");
    const words = line.split(/[ \t\r]+/).filter((word) => word !== "");
    const [first, second] = words;
    if (first === undefined) continue;
    if (first === "include" || first === "!include") {
      if (second === undefined || words.length !== 2) throw badLine(line, path);
      entries.push(...parseIncluded(resolve(dirname(path), second), path, first === "!include"));
    } else if (second === "=") entries.push([first, words.slice(2).join(" ")]);
    else throw badLine(line, path);
  }
  return entries;
}

function parseIncluded(path: string, from: string, mayBeMissing: boolean): [string, string][] {
  if (!existsSync(path)) {
    if (mayBeMissing) return [];
    throw includedFileNotFound(path, from);
  }
  const contents = readIfPossible(path);
  return contents === undefined ? [] : parseConfiguration(contents, path);
}

function readIfPossible(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

function badLine(line: string, path: string): UsageError {
  return new UsageError(`syntax error in configuration line '${line}' in "${path}"`);
}

function includedFileNotFound(path: string, from: string): FirnError {
  return new FirnError("included-file-not-found", `file "${path}" included from "${from}" not found`);
}
