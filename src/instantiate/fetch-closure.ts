// What `fetchClosure` asks for is brought into the store, where it is not there already, and looked at.

import { FirnError, isContentAddressed, parseUrl, printStorePath, type StorePath } from "#formats";
import type { ClosureRequest } from "#language";
import type { EvaluationStore } from "#store";

/** Copies a path from the cache, rewritten or not, and gives the path that it has now. */
export type CopyFromCache = (path: StorePath, rewrite: boolean) => StorePath;

export function fetchClosure(store: EvaluationStore, request: ClosureRequest, copy: CopyFromCache): StorePath {
  checkStore(request.fromStore);
  const { fromPath } = request;
  const print = (path: StorePath): string => printStorePath(store.storeDir, path);
  switch (request.kind) {
    case "rewritten":
      return rewritten(store, request, copy);
    case "content-addressed":
      if (!store.isValidPath(fromPath)) copy(fromPath, false);
      if (!isContentAddressed(store.storeDir, store.queryPathInfo(fromPath))) throw isInputAddressed(print(fromPath));
      return fromPath;
    case "input-addressed":
      if (!store.isValidPath(fromPath)) copy(fromPath, false);
      if (isContentAddressed(store.storeDir, store.queryPathInfo(fromPath))) throw notInputAddressed(print(fromPath));
      return fromPath;
  }
}

/** Only what is on the web; folders for tests alone, as in Nix. */
function checkStore(text: string): void {
  let scheme: string | undefined;
  let hasParameters = false;
  try {
    const url = parseUrl(text, { warn: () => undefined });
    scheme = url.scheme;
    hasParameters = url.query.size > 0;
  } catch {
    scheme = undefined;
  }
  const isAllowed =
    scheme === "http" || scheme === "https" || (scheme === "file" && process.env["_NIX_IN_TEST"] !== undefined);
  if (!isAllowed) throw unsupportedStore();
  if (hasParameters) throw parametersGiven(text);
}

function rewritten(store: EvaluationStore, { fromPath, toPath }: ClosureRequest, copy: CopyFromCache): StorePath {
  const print = (path: StorePath): string => printStorePath(store.storeDir, path);
  if (toPath === undefined || !store.isValidPath(toPath)) {
    const path = copy(fromPath, true);
    if (toPath === undefined) throw pathToUse(print(fromPath), print(path));
    if (toPath !== path) throw otherPath(print(fromPath), print(path), print(toPath));
  }
  if (!isContentAddressed(store.storeDir, store.queryPathInfo(toPath))) throw targetIsInputAddressed(print(toPath));
  return toPath;
}

function fetchClosureError(message: string): FirnError {
  return new FirnError("fetch-closure", message);
}

function unsupportedStore(): FirnError {
  return fetchClosureError("'fetchClosure' only supports http:// and https:// stores");
}

function parametersGiven(text: string): FirnError {
  return fetchClosureError(`'fetchClosure' does not support URL query parameters (in '${text}')`);
}

function otherPath(from: string, path: string, expected: string): FirnError {
  return fetchClosureError(
    `rewriting '${from}' to content-addressed form yielded '${path}', while '${expected}' was expected`,
  );
}

function pathToUse(from: string, path: string): FirnError {
  return fetchClosureError(
    `rewriting '${from}' to content-addressed form yielded '${path}'\n` +
      "Use this value for the 'toPath' attribute passed to 'fetchClosure'",
  );
}

function targetIsInputAddressed(path: string): FirnError {
  return fetchClosureError(
    `The 'toPath' value '${path}' is input-addressed, so it can't possibly be the result of rewriting to a content-addressed path.\n\n` +
      "Set 'toPath' to an empty string to make Nix report the correct content-addressed path.",
  );
}

function isInputAddressed(path: string): FirnError {
  return fetchClosureError(
    `The 'fromPath' value '${path}' is input-addressed, but 'inputAddressed' is set to 'false' (default).\n\n` +
      "If you do intend to fetch an input-addressed store path, add\n\n" +
      "    inputAddressed = true;\n\n" +
      "to the 'fetchClosure' arguments.\n\n" +
      "Note that to ensure authenticity input-addressed store paths, users must configure a trusted binary cache public key on their systems. This is not needed for content-addressed paths.",
  );
}

function notInputAddressed(path: string): FirnError {
  return fetchClosureError(
    `The store object referred to by 'fromPath' at '${path}' is not input-addressed, but 'inputAddressed' is set to 'true'.\n\n` +
      "Remove the 'inputAddressed' attribute (it defaults to 'false') to expect 'fromPath' to be content-addressed",
  );
}
