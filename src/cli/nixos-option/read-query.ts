// Reading what collection/query.nix says, with an error in its place where a text cannot be evaluated.

import { fromByteString } from "#formats";
import { type Attrs, BaseError, ContextCollector, type Evaluator, printJson, type Slot } from "#language";

/** A string, or null; an error as a text that says so. */
export function shownText(evaluator: Evaluator, slot: Slot): string | null {
  try {
    const value = evaluator.force(slot);
    return value === null ? null : fromByteString(evaluator.forceString(value, "while showing a value"));
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return fromByteString(shownError(error));
  }
}

export function shownError(error: BaseError): string {
  return `\xc2\xaberror: ${error.message.trim().replaceAll(/\s*\n\s*/g, " ")}\xc2\xbb`;
}

export function member(evaluator: Evaluator, attrs: Attrs, name: string): Slot {
  const slot = attrs.get(evaluator.symbol(name));
  if (slot === undefined) throw new Error(`collection/query.nix says nothing of '${name}'`);
  return slot;
}

export function data(evaluator: Evaluator, slot: Slot): unknown {
  const json = printJson(evaluator, evaluator.force(slot), new ContextCollector(), 0, {
    strict: true,
    copyToStore: false,
  });
  return JSON.parse(fromByteString(json));
}
