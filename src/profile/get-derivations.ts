// Finds the derivations in a value: the value itself, the elements of a list, the attributes of a set, and deeper where a
// set says `recurseForDerivations` (Nix's getDerivations). The same set reached twice counts once.

import {
  Attrs,
  BaseError,
  enterCall,
  isCatchable,
  positionOfSlot,
  TypeError,
  type Evaluator,
  type Slot,
  type Value,
} from "#language";
import { PackageInfo } from "./package-info.ts";

export interface GetDerivationsOptions {
  /** What functions on the way are called with. */
  readonly autoArguments: Attrs;
  /** The attribute path of the value, "" at the top. */
  readonly attrPath?: string;
  /** Leaves out what fails in an assertion, instead of failing. */
  readonly ignoreAssertionFailures: boolean;
}

export function getDerivations(evaluator: Evaluator, root: Slot, options: GetDerivationsOptions): PackageInfo[] {
  const search: Search = {
    evaluator,
    autoArguments: options.autoArguments,
    ignoreAssertionFailures: options.ignoreAssertionFailures,
    found: [],
    seen: new Set(),
  };
  searchValue(search, root, options.attrPath ?? "");
  return search.found;
}

/** The value if it is a derivation itself (getDerivation). */
export function derivationOf(evaluator: Evaluator, slot: Slot): PackageInfo | undefined {
  const value = evaluator.force(slot);
  if (!evaluator.isDerivation(value)) return undefined;
  const info = new PackageInfo(evaluator, "", value);
  info.name();
  return info;
}

interface Search {
  readonly evaluator: Evaluator;
  readonly autoArguments: Attrs;
  readonly ignoreAssertionFailures: boolean;
  readonly found: PackageInfo[];
  readonly seen: Set<Attrs>;
}

function searchValue(search: Search, slot: Slot, attrPath: string): void {
  const { evaluator } = search;
  // A set may hold itself.
  const depth = enterCall(evaluator, positionOfSlot(evaluator, slot));
  const value = evaluator.autoCall(search.autoArguments, slot);
  if (takeDerivation(search, value, attrPath)) searchInside(search, value, attrPath);
  evaluator.depth = depth;
}

function searchInside(search: Search, value: Value, attrPath: string): void {
  if (value instanceof Attrs) searchAttrs(search, value, attrPath);
  else if (Array.isArray(value)) {
    (value as readonly Slot[]).forEach((element, index) => {
      const path = joinPath(attrPath, String(index));
      if (takeDerivation(search, element, path)) searchValue(search, element, path);
    });
  } else throw noDerivation();
}

function searchAttrs(search: Search, attrs: Attrs, attrPath: string): void {
  const { evaluator } = search;
  // How the folder of a user's channels asks for each of them to be searched.
  const combineChannels = attrs.has(evaluator.symbol("_combineChannels"));
  for (const [name, slot] of attrs.sortedEntries(evaluator.symbols)) {
    if (!isAttrPathComponent(name)) continue;
    const path = joinPath(attrPath, name);
    try {
      if (combineChannels) searchValue(search, slot, path);
      else if (takeDerivation(search, slot, path)) {
        const inner = evaluator.force(slot);
        if (inner instanceof Attrs && recurses(evaluator, inner)) searchValue(search, slot, path);
      }
    } catch (error) {
      if (error instanceof BaseError) {
        error.addTrace(
          evaluator.position(attrs.positionOf(evaluator.symbol(name))),
          `while evaluating the attribute '${name}'`,
        );
      }
      throw error;
    }
  }
}

/** Takes the value if it is a derivation; true when one should look inside it instead. */
function takeDerivation(search: Search, slot: Slot, attrPath: string): boolean {
  const { evaluator, seen, found } = search;
  const depth = evaluator.depth;
  try {
    const value: Value = evaluator.force(slot);
    if (!evaluator.isDerivation(value)) return true;
    if (seen.has(value)) return false;
    seen.add(value);
    const info = new PackageInfo(evaluator, attrPath, value);
    info.name();
    found.push(info);
    return false;
  } catch (error) {
    if (!search.ignoreAssertionFailures || !isCatchable(error)) throw error;
    evaluator.depth = depth;
    return false;
  }
}

function recurses(evaluator: Evaluator, attrs: Attrs): boolean {
  const symbol = evaluator.symbol("recurseForDerivations");
  const slot = attrs.get(symbol);
  if (slot === undefined) return false;
  return evaluator.forceBool(slot, "while evaluating the attribute `recurseForDerivations`", attrs.positionOf(symbol));
}

function joinPath(path: string, component: string): string {
  return path === "" ? component : `${path}.${component}`;
}

function isAttrPathComponent(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_+-]*$/.test(name);
}

function noDerivation(): TypeError {
  return new TypeError("expression does not evaluate to a derivation (or a set or list of those)");
}
