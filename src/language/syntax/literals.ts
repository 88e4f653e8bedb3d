// Numbers and paths as they stand in source text, made into values.

import { hint } from "../errors/index.ts";
import type { Scanner } from "./scanner.ts";

const largestInteger = 9223372036854775807n;
const smallestNormalFloat = 2.2250738585072014e-308;

/** The value of the integer token that the scanner stands on; a bigint only where a number would not be exact. */
export function readInteger(scanner: Scanner): number | bigint {
  const text = scanner.tokenText();
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(text);
  if (exact > largestInteger) scanner.fail(hint`invalid integer '${text}'`, scanner.start);
  return exact;
}

/** The value of the float token that the scanner stands on; what strtod calls out of range is an error. */
export function readFloat(scanner: Scanner): number {
  const text = scanner.tokenText();
  const value = Number(text);
  const isZero = /^[0.]*([eE]|$)/.test(text);
  if (value === Infinity || (value < smallestNormalFloat && !isZero)) {
    scanner.fail(hint`invalid float '${text}'`, scanner.start);
  }
  return value;
}

/** The absolute path of a path token; a slash at its end, where an interpolation follows, is kept. */
export function resolvePathLiteral(literal: string, baseDirectory: string): string {
  const path = canonicalPath(literal.startsWith("/") ? literal : `${baseDirectory}/${literal}`);
  return literal.length > 1 && literal.endsWith("/") ? `${path}/` : path;
}

/** Without empty and `.` parts, `..` undone; symbolic links are not looked at (canonPath). */
export function canonicalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
