// Fetches an input by its type, for `fetchTree`, flakes and their like. What a forge would have to give is refused in words,
// and so is a name, which a registry has to explain first.

import { existsSync, lstatSync } from "node:fs";
import {
  describeTree,
  type FetcherCache,
  fetchGitTree,
  fetchMercurialTree,
  fetchPathTree,
  type FetchedTree,
  type GitOptions,
} from "#fetch";
import {
  FirnError,
  type InputAttribute,
  type InputAttributes,
  parseUrl,
  printAttributes,
  printInput,
  printUrl,
  requiredText,
  type StorePath,
  textAttribute,
  urlPathToPath,
} from "#formats";
import { hostPath } from "#host";
import type { EvaluationStore } from "#store";
import type { FetchSettings } from "./fetch-settings.ts";
import type { Fetched } from "./fetch-to-store.ts";

export interface FetchInputContext {
  readonly store: EvaluationStore;
  readonly settings: FetchSettings;
  readonly cache: FetcherCache;
  readonly download: (url: string, name: string, unpack: boolean) => Fetched;
  readonly warn: (text: string) => void;
  readonly debug: (text: string) => void;
}

export function fetchInput(input: InputAttributes, context: FetchInputContext): FetchedTree {
  switch (input.get("type")) {
    case "path":
      return fetchPathTree(context.store, input);
    case "git":
      return fetchGitTree(context.store, input, gitOptions(context));
    case "file":
      return fetchDownload(input, context, false);
    case "tarball":
      checkTarball(requiredText(input, "url"), context);
      return fetchDownload(input, context, true);
    case "github":
    case "gitlab":
    case "sourcehut":
      throw unsupportedType(input);
    case "hg":
      return fetchMercurialTree(context.store, input, {
        ...context.settings,
        cache: context.cache,
        warn: context.warn,
      });
    case "indirect":
      throw cannotFetchDirectly(input);
    default:
      throw unknownInput(input);
  }
}

function fetchDownload(input: InputAttributes, context: FetchInputContext, unpack: boolean): FetchedTree {
  const name = textAttribute(input, "name") ?? "source";
  const downloaded = context.download(requiredText(input, "url"), name, unpack);
  const { lastModified } = downloaded;
  const path = unpack ? downloaded.path : addAsTree(context.store, name, downloaded.path);
  const found: [string, InputAttribute][] = [];
  // Nothing is said of a tarball whose entries all have no date.
  if (lastModified !== undefined && lastModified !== 0 && !input.has("lastModified")) {
    found.push(["lastModified", BigInt(lastModified)]);
  }
  return describeTree(context.store, path, input, found);
}

/** A tree is named by its NAR, also one that is a single file. */
function addAsTree(store: EvaluationStore, name: string, file: StorePath): StorePath {
  return store.addToStore(name, store.realPath(file), { method: "nar", algorithm: "sha256" }).path;
}

/** Says in words what is wrong with a `file:` URL that cannot be a tarball. */
function checkTarball(text: string, { warn }: FetchInputContext): void {
  const url = parseUrl(text, { warn });
  if (url.scheme !== "file") return;
  const path = urlPathToPath(url.path);
  if (!path.startsWith("/")) {
    throw badTarball(
      `'${printUrl(url)}' must use an absolute path. The 'file' scheme does not support relative paths.`,
    );
  }
  if (!existsSync(hostPath(path))) throw badTarball(`"${path}" does not exist.`);
  if (!lstatSync(hostPath(path)).isDirectory()) return;
  const isRepository = existsSync(hostPath(`${path}/.git`));
  throw badTarball(
    isRepository
      ? `"${path}" is a git repository, not a tarball. Please use \`git+file\` as the scheme.`
      : `"${path}" is a directory, not a file.`,
  );
}

function gitOptions({ settings, cache, warn, debug }: FetchInputContext): GitOptions {
  return {
    cacheFolder: settings.cacheFolder,
    cache,
    warn,
    debug,
    allowDirty: settings.allowDirty,
    warnDirty: settings.warnDirty,
    branchLifetime: settings.tarballTtl,
  };
}

function badTarball(what: string): FirnError {
  return new FirnError("tarball-url", `tarball ${what}`);
}

function unsupportedType(input: InputAttributes): FirnError {
  const type = requiredText(input, "type");
  return new FirnError(
    "unsupported-input",
    `Cannot fetch '${printInput(input)}': inputs of the type '${type}' are not supported`,
  );
}

function cannotFetchDirectly(input: InputAttributes): FirnError {
  return new FirnError("indirect-input", `indirect input '${printInput(input)}' cannot be fetched directly`);
}

function unknownInput(input: InputAttributes): FirnError {
  return new FirnError("unsupported-input", `cannot fetch unsupported input '${printAttributes(input)}'`);
}
