// nix-store --gc and --delete: garbage collection, and what keeps what.

import { printStorePath } from "#formats";
import type { GcAction, GcResults } from "#store";
import { collect, collectAndTell, parseMaxFreed } from "../stores/collect-garbage.ts";
import { followLinksToStorePath } from "../stores/follow-links.ts";
import { missingArgument, UsageError } from "../program/usage-error.ts";
import { readSwitches } from "./operation-flags.ts";
import type { StoreRequest } from "./request.ts";

export async function collectGarbage(request: StoreRequest): Promise<void> {
  const { context } = request;
  let action: GcAction = "delete-dead";
  let printRoots = false;
  let maxFreed: number | undefined;
  const flags = [...request.flags];
  for (let flag = flags.shift(); flag !== undefined; flag = flags.shift()) {
    if (flag === "--print-roots") printRoots = true;
    else if (flag === "--print-live") action = "return-live";
    else if (flag === "--print-dead") action = "return-dead";
    else if (flag === "--max-freed") {
      const text = flags.shift();
      if (text === undefined) throw missingArgument(flag);
      maxFreed = parseMaxFreed(flag, text);
    } else throw new UsageError(`bad sub-operation '${flag}' in GC`);
  }
  if (request.words.length > 0) throw new UsageError("no arguments expected");
  if (maxFreed !== undefined && (action !== "delete-dead" || printRoots)) {
    throw new UsageError("option --max-freed cannot be combined with --print-live, --print-dead, or --print-roots");
  }

  const store = request.openStore();
  if (printRoots) {
    const lines = store.findRoots().map(({ link, path }) => ({ link, path: printStorePath(store.storeDir, path) }));
    lines.sort((a, b) => (a.link < b.link ? -1 : a.link > b.link ? 1 : a.path < b.path ? -1 : 1));
    for (const { link, path } of lines) context.output.writeLine(`${printQuotedLink(link)} -> ${path}`);
    return;
  }
  const options = { action, ...(maxFreed === undefined ? {} : { maxFreed }) };
  if (action === "delete-dead") await collectAndTell(context, store, options);
  else printPaths(request, store.storeDir, await collect(context, store, options));
}

export async function deletePaths(request: StoreRequest): Promise<void> {
  const switches = readSwitches(request, ["--ignore-liveness"]);
  const store = request.openStore();
  const paths = request.words.map((word) => followLinksToStorePath(store, word));
  const ignoreLiveness = switches.has("--ignore-liveness");
  await collectAndTell(request.context, store, { action: "delete-specific", paths, ignoreLiveness });
}

function printPaths(request: StoreRequest, storeDir: string, results: GcResults): void {
  const lines = [
    ...results.paths.map((path) => printStorePath(storeDir, path)),
    ...results.garbage.map((name) => `${storeDir}/${name}`),
  ];
  for (const line of lines.toSorted()) request.context.output.writeLine(line);
}

/** Nix prints the link as a C++ path, that is in quotes. */
function printQuotedLink(link: string): string {
  return `"${link.replace(/["&]/g, "&$&")}"`;
}
