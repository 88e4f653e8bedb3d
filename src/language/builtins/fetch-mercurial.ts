// `fetchMercurial`: the files of a commit, or of a working tree as it stands, from a repository of Mercurial.

import {
  type InputAttribute,
  inputFromAttributes,
  numberAttribute,
  parseHash,
  printHash,
  revisionOf,
  textAttribute,
} from "#formats";
import { BaseError, EvalError, hint } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { Attrs, AttrsBuilder } from "../values/attrs.ts";
import { ContextCollector } from "../values/context.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import { evalError } from "./define.ts";
import { requireAllowedUri } from "./fetch.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { attributeValue, inputContext } from "./input-attributes.ts";
import { storePathValue } from "./store-objects.ts";

interface Asked {
  url: string;
  name: string;
  revision: string | undefined;
  /** A branch or tag. */
  reference: string | undefined;
}

function fetchMercurial(evaluator: Evaluator, slot: Slot): Value {
  const { url, name, revision, reference } = readArgument(evaluator, slot);
  requireAllowedUri(evaluator, url);
  if (evaluator.settings.pureEval && revision === undefined) {
    throw new BaseError("in pure evaluation mode, 'fetchMercurial' requires a Mercurial revision");
  }
  const attributes = new Map<string, InputAttribute>([
    ["type", "hg"],
    ["url", url.includes("://") ? url : `file://${url}`],
    ["name", name],
  ]);
  if (reference !== undefined) attributes.set("ref", reference);
  if (revision !== undefined) attributes.set("rev", revision);
  const input = withLanguageErrors(() => inputFromAttributes(attributes, inputContext(evaluator)));
  const tree = withLanguageErrors(() => evaluator.io.fetchTree(input));

  const result = new AttrsBuilder();
  const set = (attribute: string, value: Value): unknown => result.set(evaluator.symbol(attribute), value);
  set("outPath", storePathValue(evaluator, tree.path));
  const branch = textAttribute(tree.attributes, "ref");
  if (branch !== undefined) set("branch", branch);
  // A tree with changes has no commit; this builtin has always said that it is the one of zeros then.
  const found = revisionOf(tree.attributes);
  const commit = found === undefined ? "0".repeat(40) : printHash(found, "base16");
  set("rev", commit);
  set("shortRev", commit.slice(0, 12));
  const count = numberAttribute(tree.attributes, "revCount");
  if (count !== undefined) set("revCount", attributeValue(count));
  return result.build();
}

function readArgument(evaluator: Evaluator, slot: Slot): Asked {
  const asked: Asked = { url: "", name: "source", revision: undefined, reference: undefined };
  const value = force(slot);
  if (value instanceof Attrs) {
    for (const symbol of value.symbols) {
      const attribute = evaluator.symbols.name(symbol);
      readAttribute(evaluator, asked, { attribute, slot: value.get(symbol) as Slot, pos: value.positionOf(symbol) });
    }
    if (asked.url === "") throw evalError("'url' argument required");
  } else {
    const frame = "while evaluating the first argument passed to builtins.fetchMercurial";
    asked.url = evaluator.coerceToString(value, new ContextCollector(), frame, { copyToStore: false });
  }
  return asked;
}

interface Argument {
  readonly attribute: string;
  readonly slot: Slot;
  readonly pos: number;
}

function readAttribute(evaluator: Evaluator, asked: Asked, { attribute, slot, pos }: Argument): void {
  const frame = `while evaluating the \`${attribute}\` attribute passed to builtins.fetchMercurial`;
  switch (attribute) {
    case "url":
      asked.url = evaluator.coerceToString(slot, new ContextCollector(), frame, { copyToStore: false }, pos);
      break;
    case "rev": {
      const text = evaluator.forceStringNoContext(slot, frame, pos);
      if (/^[0-9a-fA-F]{40}$/.test(text)) asked.revision = printHash(parseHash(text, "sha1"), "base16");
      else asked.reference = text;
      break;
    }
    case "name":
      asked.name = evaluator.forceStringNoContext(slot, frame, pos);
      break;
    default:
      throw new EvalError(hint`unsupported argument '${attribute}' to 'fetchMercurial'`, evaluator.position(pos) ?? {});
  }
}

export const fetchMercurialBuiltins: readonly PrimOpDefinition[] = [
  { name: "fetchMercurial", arity: 1, argumentNames: [], isGlobal: true, impl: fetchMercurial },
];
