// The settings of the language, from nix.conf, the command line, NIX_PATH and -I.

import { existsSync } from "node:fs";
import type { FactRecorder } from "#facts";
import { toByteString } from "#formats";
import { homeFolder, hostPath } from "#host";
import { parseSearchPathEntry, type EvalSettings, type SearchPathEntry } from "#language";
import { absolutePath } from "../text/absolute-path.ts";
import type { EvalFlags } from "../arguments/eval-flags.ts";
import type { Context } from "../command.ts";
import { profileLocationsOf } from "../stores/profile-locations.ts";

/** What is looked for on the disk is told to `recorder`. */
export function evaluationSettings(
  context: Context,
  flags: EvalFlags,
  recorder: FactRecorder | undefined,
): Partial<EvalSettings> {
  const { settings } = context;
  return {
    pureEval: settings.boolean("pure-eval") && !flags.impure,
    restrictEval: settings.boolean("restrict-eval"),
    allowedUris: settings.list("allowed-uris"),
    allowImportFromDerivation: settings.boolean("allow-import-from-derivation"),
    traceImportFromDerivation: settings.boolean("trace-import-from-derivation"),
    maxCallDepth: settings.integer("max-call-depth"),
    showTrace: settings.boolean("show-trace"),
    traceVerbose: settings.boolean("trace-verbose"),
    abortOnWarn: settings.boolean("abort-on-warn"),
    experimentalFeatures: experimentalFeatures(settings.list("experimental-features")),
    searchPath: searchPath(context, flags, recorder),
    home: toByteString(homeFolder()),
    allowUnsafeNativeCode: settings.boolean("allow-unsafe-native-code-during-evaluation"),
    ...generating(context.environment["FIRN_GENERATE_AFTER"]),
    lints: {
      urlLiterals: settings.lint("lint-url-literals"),
      shortPathLiterals: settings.lint("lint-short-path-literals"),
      absolutePathLiterals: settings.lint("lint-absolute-path-literals"),
    },
  };
}

/** A variable for tests, which have every function generated. */
function generating(calls: string | undefined): Partial<EvalSettings> {
  return calls === undefined ? {} : { generateAfter: Number(calls) };
}

/** Whoever wants flakes wants `fetchTree`, on which they are built. */
function experimentalFeatures(named: readonly string[]): ReadonlySet<string> {
  return new Set(named.includes("flakes") ? [...named, "fetch-tree"] : named);
}

/** -I first, then NIX_PATH or the setting nix-path, then where channels lie. */
export function searchPath(context: Context, flags: EvalFlags, recorder: FactRecorder | undefined): SearchPathEntry[] {
  const { settings, environment } = context;
  const given = flags.searchPath.map(parseEntry);
  if (settings.boolean("pure-eval") && !flags.impure) return given;
  if (settings.isOverridden("nix-path")) return [...given, ...settings.list("nix-path").map(parseEntry)];
  const variable = environment["NIX_PATH"];
  if (variable !== undefined) return [...given, ...splitNixPath(toByteString(variable)).map(parseEntry)];
  return [...given, ...defaultSearchPath(context, recorder)];
}

/** A relative path is below the folder where the program was called; an address stays as it is. */
function parseEntry(text: string): SearchPathEntry {
  const { prefix, path } = parseSearchPathEntry(text);
  const isAddress = /^(?:channel|flake):|^[a-z0-9+.-]+:\/\//.test(path);
  return { prefix, path: isAddress ? path : absolutePath(path) };
}

/** At colons, but not at those of `https://…` or `channel:…`. */
function splitNixPath(text: string): string[] {
  const entries: string[] = [];
  let entry = "";
  for (let i = 0; i <= text.length; i++) {
    const char = text.charAt(i);
    if (char === "" || (char === ":" && !isPartOfAddress(entry, text.slice(i + 1)))) {
      if (entry !== "") entries.push(entry);
      entry = "";
    } else entry += char;
  }
  return entries;
}

function isPartOfAddress(before: string, behind: string): boolean {
  const scheme = before.slice(before.indexOf("=") + 1);
  return behind.startsWith("//") || scheme === "flake" || scheme === "channel";
}

function defaultSearchPath(context: Context, recorder: FactRecorder | undefined): SearchPathEntry[] {
  const { stateDir, home, userStateDir, useXdgBaseDirectories } = profileLocationsOf(context);
  const expressions = useXdgBaseDirectories ? `${userStateDir}/defexpr` : `${home}/.nix-defexpr`;
  const rootChannels = `${stateDir}/profiles/per-user/root/channels`;
  const candidates: SearchPathEntry[] = [
    { prefix: "", path: `${expressions}/channels` },
    { prefix: "nixpkgs", path: `${rootChannels}/nixpkgs` },
    { prefix: "", path: rootChannels },
  ];
  const exists = (path: string): boolean =>
    recorder === undefined ? existsSync(hostPath(path)) : recorder.lookBehind(path) !== "absent";
  return candidates.filter(({ path }) => exists(path));
}
