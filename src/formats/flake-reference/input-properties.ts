// What can be said of an input by looking at its attributes alone: whether they decide its content, whether a registry has
// to explain it, whether it lies relative to the flake that names it; and a branch or commit put in its place.

import { FirnError } from "../error.ts";
import { type Hash, printHash } from "../hash.ts";
import {
  attributesEqual,
  booleanAttribute,
  type InputAttribute,
  type InputAttributes,
  requiredText,
  textAttribute,
} from "./attributes.ts";
import { printInput } from "./input.ts";
import { narHashOf, revisionOf } from "./scheme.ts";

/** Whether the attributes decide the content (Input::isLocked). */
export function isLockedInput(input: InputAttributes): boolean {
  switch (input.get("type")) {
    case "path":
    case "file":
    case "tarball":
      return narHashOf(input) !== undefined;
    case "git":
      return revisionOf(input)?.bytes.some((byte) => byte !== 0) ?? false;
    case "github":
    case "gitlab":
    case "sourcehut":
    case "hg":
      return revisionOf(input) !== undefined;
    default:
      return false;
  }
}

/** Whether all is known of it that a fetch could tell (Input::isFinal); such are the entries of lock files. */
export function isFinalInput(input: InputAttributes): boolean {
  return booleanAttribute(input, "__final") ?? false;
}

/** Without the mark of a final input, as lock files have it. */
export function withoutFinalMark(input: InputAttributes): InputAttributes {
  return new Map([...input].filter(([name]) => name !== "__final"));
}

/** Whether no registry is needed to know what it is. */
export function isDirectInput(input: InputAttributes): boolean {
  return input.get("type") !== "indirect";
}

/** The path of an input that lies relative to the flake which names it. */
export function relativeInputPath(input: InputAttributes): string | undefined {
  if (input.get("type") !== "path") return undefined;
  const path = requiredText(input, "path");
  return path.startsWith("/") ? undefined : path;
}

/** What its store object is called. */
export function inputName(input: InputAttributes): string {
  return textAttribute(input, "name") ?? "source";
}

/** Whether `other` is `input`, possibly at a certain branch or commit (Input::contains). */
export function inputContains(input: InputAttributes, other: InputAttributes): boolean {
  if (attributesEqual(input, other)) return true;
  return attributesEqual(input, new Map([...other].filter(([name]) => name !== "ref" && name !== "rev")));
}

/** The input at another branch or commit (Input::applyOverrides). */
export function overrideInput(
  input: InputAttributes,
  reference: string | undefined,
  revision: Hash | undefined,
): InputAttributes {
  const commit = revision === undefined ? undefined : printHash(revision, "base16");
  const result = new Map<string, InputAttribute>(input);
  if (commit !== undefined) result.set("rev", commit);
  if (reference !== undefined) result.set("ref", reference);
  switch (input.get("type")) {
    case "indirect":
    case "hg":
      return result;
    case "git":
      if (!result.has("ref") && result.has("rev")) throw branchMissing(result);
      return result;
    case "github":
    case "gitlab":
    case "sourcehut":
      if (commit !== undefined && reference !== undefined) throw bothGiven(input, commit, reference);
      if (commit !== undefined) result.delete("ref");
      if (reference !== undefined) result.delete("rev");
      return result;
    default:
      if (reference !== undefined) throw cannotSet(input, "branch/tag name", reference);
      if (commit !== undefined) throw cannotSet(input, "revision", commit);
      return input;
  }
}

function branchMissing(input: InputAttributes): FirnError {
  return new FirnError("input-override", `Git input '${printInput(input)}' has a commit hash but no branch/tag name`);
}

function bothGiven(input: InputAttributes, revision: string, reference: string): FirnError {
  return new FirnError(
    "input-override",
    `cannot apply both a commit hash (${revision}) and a branch/tag name ('${reference}') to input '${printInput(input)}'`,
  );
}

function cannotSet(input: InputAttributes, what: string, value: string): FirnError {
  return new FirnError("input-override", `don't know how to set ${what} of input '${printInput(input)}' to '${value}'`);
}
