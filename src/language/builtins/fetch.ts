// `fetchurl` and `fetchTarball`: downloads during evaluation. With a hash the store is asked first.

import { checkStorePathName, FirnError, type Hash, makeFixedOutputPath } from "#formats";
import { EvalError, hint, uncolored } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { Attrs } from "../values/attrs.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { parseExpectedHash } from "./empty-hash.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { storePathValue } from "./store-objects.ts";

interface Fetcher {
  readonly name: "fetchurl" | "fetchTarball";
  readonly unpack: boolean;
  /** What the result is called when the program does not say; empty takes it from the URL. */
  readonly defaultName: string;
}

interface Request {
  readonly url: string;
  readonly name: string;
  readonly expected: Hash | undefined;
  readonly argument: "url" | "attrs" | "attrs with name";
}

function fetch(evaluator: Evaluator, slot: Slot, fetcher: Fetcher): Value {
  const { io, settings } = evaluator;
  const { url, name, expected, argument } = readRequest(evaluator, slot, fetcher);
  requireAllowedUri(evaluator, url);
  checkName(url, name, argument, fetcher);
  if (settings.pureEval && expected === undefined) {
    throw evalError(hint`in pure evaluation mode, '${fetcher.name}' requires a 'sha256' argument`);
  }
  return withLanguageErrors(() => {
    if (expected !== undefined) {
      const method = fetcher.unpack ? "nar" : "flat";
      const known = makeFixedOutputPath(io.storeDir, name, { method, hash: expected });
      if (io.isValidPath(known)) return storePathValue(evaluator, known);
    }
    const request = { url, name, unpack: fetcher.unpack };
    return storePathValue(evaluator, io.fetchUrl(expected === undefined ? request : { ...request, expected }));
  });
}

function readRequest(evaluator: Evaluator, slot: Slot, fetcher: Fetcher): Request {
  const value = force(slot);
  const urlFrame = "while evaluating the url we should fetch";
  if (!(value instanceof Attrs)) {
    const url = resolveUrl(evaluator.forceStringNoContext(value, urlFrame), fetcher);
    return { url, name: nameFor(url, fetcher.defaultName), expected: undefined, argument: "url" };
  }
  let url: string | undefined;
  let expected: Hash | undefined;
  let name: string | undefined;
  for (const symbol of value.symbols) {
    const attribute = evaluator.symbols.name(symbol);
    const text = (frame: string): string =>
      evaluator.forceStringNoContext(value.get(symbol) as Slot, frame, value.positionOf(symbol));
    switch (attribute) {
      case "url":
        url = text(urlFrame);
        break;
      case "sha256":
        expected = parseExpectedHash(
          evaluator,
          text("while evaluating the sha256 of the content we should fetch"),
          "sha256",
        );
        break;
      case "name":
        name = text("while evaluating the name of the content we should fetch");
        break;
      default:
        throw evalError(hint`unsupported argument '${attribute}' to '${fetcher.name}'`);
    }
  }
  if (url === undefined) throw evalError("'url' argument required");
  url = resolveUrl(url, fetcher);
  const argument = name === undefined ? "attrs" : "attrs with name";
  return { url, name: nameFor(url, name ?? fetcher.defaultName), expected, argument };
}

/** `channel:x` is the tarball of a channel (resolvePseudoUrl). */
function resolveUrl(url: string, fetcher: Fetcher): string {
  if (!fetcher.unpack || !url.startsWith("channel:")) return url;
  return `https://channels.nixos.org/${url.slice(8)}/nixexprs.tar.xz`;
}

function nameFor(url: string, name: string): string {
  if (name !== "") return name;
  const path = url.endsWith("/") ? url.slice(0, -1) : url;
  return path.slice(path.lastIndexOf("/") + 1);
}

function checkName(url: string, name: string, argument: Request["argument"], fetcher: Fetcher): void {
  try {
    checkStorePathName(name);
  } catch (error) {
    if (!(error instanceof FirnError)) throw error;
    throw evalError(
      hint`invalid store path name when fetching URL '${url}': ${uncolored(error.message)}. ${uncolored(advice(argument, fetcher.name))}`,
    );
  }
}

function advice(argument: Request["argument"], who: string): string {
  const so = "so that it can create a valid store path.";
  switch (argument) {
    case "attrs with name":
      return `Please change the value for the 'name' attribute passed to '${who}', ${so}`;
    case "attrs":
      return `Please add a valid 'name' attribute to the argument for '${who}', ${so}`;
    case "url":
      return `Please pass an attribute set with 'url' and 'name' attributes to '${who}',  ${so}`;
  }
}

/** In restricted evaluation only what `allowed-uris` names, or lies below it, may be fetched (EvalState::checkURI). */
export function requireAllowedUri(evaluator: Evaluator, url: string): void {
  const { restrictEval, allowedUris } = evaluator.settings;
  if (!restrictEval) return;
  const isAllowed = allowedUris.some(
    (prefix) =>
      url === prefix ||
      (url.startsWith(prefix) && prefix !== "" && (prefix.endsWith("/") || url[prefix.length] === "/")) ||
      (/^[a-z+]+:$/.test(prefix) && url.startsWith(prefix)),
  );
  if (!isAllowed) throw new EvalError(hint`access to URI '${url}' is forbidden in restricted mode`);
}

export const fetchBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "fetchurl",
    arity: 1,
    argumentNames: ["arg"],
    impl: (evaluator, slot) => fetch(evaluator, slot, { name: "fetchurl", unpack: false, defaultName: "" }),
  },
  {
    name: "fetchTarball",
    arity: 1,
    argumentNames: ["args"],
    isGlobal: true,
    impl: (evaluator, slot) => fetch(evaluator, slot, { name: "fetchTarball", unpack: true, defaultName: "source" }),
  },
];
