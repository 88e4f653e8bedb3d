// `fetchClosure`: a path of a binary cache with all that it refers to. Paths whose content decides their names can be had
// from anywhere; any other has to be signed by somebody who is trusted, or is made one of the former on the way.

import { parseStorePath, type StorePath } from "#formats";
import { BaseError, hint } from "../errors/index.ts";
import type { ClosureRequest } from "../io.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import { ContextCollector } from "../values/context.ts";
import type { PrimOpDefinition } from "../values/prim-op.ts";
import { force } from "../values/thunk.ts";
import type { Slot, Value } from "../values/value.ts";
import { withLanguageErrors } from "./foreign-error.ts";
import { storePathValue } from "./store-objects.ts";

interface Asked {
  fromStore: string | undefined;
  fromPath: StorePath | undefined;
  /** Undefined when nothing is rewritten; empty to be told the path. */
  toPath: StorePath | "" | undefined;
  inputAddressed: boolean;
}

function fetchClosure(evaluator: Evaluator, slot: Slot): Value {
  const asked = readArguments(evaluator, slot);
  const { fromStore, fromPath, toPath, inputAddressed } = asked;
  if (fromPath === undefined) throw missing("fromPath");
  if (inputAddressed && toPath !== undefined) {
    throw new BaseError(
      hint`attribute '${"inputAddressed"}' is set to true, but '${"toPath"}' is also set. Please remove one of them`,
    );
  }
  if (fromStore === undefined) throw missing("fromStore");
  const request = { fromStore, fromPath };
  const kind: ClosureRequest["kind"] =
    toPath !== undefined ? "rewritten" : inputAddressed ? "input-addressed" : "content-addressed";
  const path = withLanguageErrors(() => evaluator.io.fetchClosure({ ...request, kind, ...(toPath ? { toPath } : {}) }));
  return storePathValue(evaluator, path);
}

function readArguments(evaluator: Evaluator, slot: Slot): Asked {
  const asked: Asked = { fromStore: undefined, fromPath: undefined, toPath: undefined, inputAddressed: false };
  const attrs = evaluator.forceAttrs(slot, "while evaluating the argument passed to builtins.fetchClosure");
  for (const symbol of attrs.symbols) {
    const name = evaluator.symbols.name(symbol);
    const value = attrs.get(symbol) as Slot;
    const pos = attrs.positionOf(symbol);
    const frame = `while evaluating the attribute '${name}' passed to builtins.fetchClosure`;
    const storePath = (): StorePath => {
      const text = evaluator.coerceToStorePath(value, new ContextCollector(), frame, pos);
      return withLanguageErrors(() => parseStorePath(evaluator.io.storeDir, text));
    };
    switch (name) {
      case "fromPath":
        asked.fromPath = storePath();
        break;
      case "toPath":
        asked.toPath = force(value, pos) === "" ? "" : storePath();
        break;
      case "fromStore":
        asked.fromStore = evaluator.forceStringNoContext(value, frame, pos);
        break;
      case "inputAddressed":
        asked.inputAddressed = evaluator.forceBool(value, frame, pos);
        break;
      default:
        throw new BaseError(hint`attribute '${name}' isn't supported in call to 'fetchClosure'`);
    }
  }
  return asked;
}

function missing(name: string): BaseError {
  return new BaseError(hint`attribute '${name}' is missing in call to 'fetchClosure'`);
}

export const fetchClosureBuiltins: readonly PrimOpDefinition[] = [
  {
    name: "fetchClosure",
    arity: 1,
    argumentNames: ["args"],
    experimentalFeature: "fetch-closure",
    impl: fetchClosure,
  },
];
