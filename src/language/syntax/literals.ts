// Numbers and paths as they stand in source text, made into values.

const largestInteger = 9223372036854775807n;
/** Of the largest integer. */
const mostDigits = 19;
const smallestNormalFloat = 2.2250738585072014e-308;

/** The value of an integer literal, a bigint only where a number would not be exact; undefined when 64 bits are few. */
export function readInteger(literal: string): number | bigint | undefined {
  const value = Number(literal);
  if (Number.isSafeInteger(value)) return value;
  if (literal.replace(/^0+/, "").length > mostDigits) return undefined;
  const exact = BigInt(literal);
  return exact > largestInteger ? undefined : exact;
}

/** The value of a float literal; undefined for what strtod calls out of range. */
export function readFloat(literal: string): number | undefined {
  const value = Number(literal);
  const isZero = /^[0.]*([eE]|$)/.test(literal);
  return value === Infinity || (value < smallestNormalFloat && !isZero) ? undefined : value;
}

/** The absolute path of a path token; a slash at its end, where an interpolation follows, is kept. */
export function resolvePathLiteral(literal: string, baseDirectory: string): string {
  const path = canonicalPath(literal.startsWith("/") ? literal : `${baseDirectory}/${literal}`);
  return literal.length > 1 && literal.endsWith("/") ? `${path}/` : path;
}

/** An absolute path without `.`, `..`, doubled and trailing slashes; symbolic links are not looked at (CanonPath). */
export function canonicalPath(path: string): string {
  if (!path.includes("//") && !path.includes("/.") && (path === "/" || !path.endsWith("/"))) return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return `/${parts.join("/")}`;
}
