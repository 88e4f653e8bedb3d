// What the rooms' tests use of node:assert/strict, for where there is no Node. assert.test.ts beside it holds it to Node's.

class AssertionError extends Error {
  override readonly name = "AssertionError";
}

type Expected = RegExp | object | (abstract new (...args: never[]) => unknown) | ((error: unknown) => boolean);

function ok(value: unknown, message?: string): asserts value {
  if (!value) throw new AssertionError(message ?? `${show(value)} is not truthy`);
}

function equal(actual: unknown, expected: unknown, message?: string): void {
  if (!Object.is(actual, expected))
    throw new AssertionError(`${message ?? ""}\n--- expected\n${show(expected)}\n--- actual\n${show(actual)}`);
}

function notEqual(actual: unknown, expected: unknown, message?: string): void {
  if (Object.is(actual, expected)) throw new AssertionError(message ?? `${show(actual)} is what it must not be`);
}

function deepEqual(actual: unknown, expected: unknown, message?: string): void {
  if (!isDeepEqual(actual, expected)) {
    throw new AssertionError(`${message ?? ""}\n--- expected\n${show(expected)}\n--- actual\n${show(actual)}`);
  }
}

function match(text: string, pattern: RegExp, message?: string): void {
  if (!pattern.test(text)) throw new AssertionError(message ?? `${show(text)} does not match ${pattern}`);
}

function doesNotMatch(text: string, pattern: RegExp, message?: string): void {
  if (pattern.test(text)) throw new AssertionError(message ?? `${show(text)} matches ${pattern}`);
}

function doesNotThrow(call: () => unknown): void {
  call();
}

function throws(call: () => unknown, expected?: Expected, message?: string): void {
  let thrown: { readonly error: unknown } | undefined;
  try {
    call();
  } catch (error) {
    thrown = { error };
  }
  if (thrown === undefined) throw new AssertionError(message ?? "nothing was thrown");
  if (expected === undefined || isExpected(thrown.error, expected)) return;
  throw new AssertionError(`${message ?? ""}\n--- expected\n${show(expected)}\n--- thrown\n${String(thrown.error)}`);
}

function isExpected(error: unknown, expected: Expected): boolean {
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected === "function") {
    // An arrow function is a check, and has no prototype.
    return expected.prototype === undefined
      ? (expected as unknown as (error: unknown) => unknown)(error) === true
      : error instanceof expected;
  }
  const actual = error as Readonly<Record<string, unknown>>;
  return Object.entries(expected).every(([key, wanted]) =>
    wanted instanceof RegExp && typeof actual[key] === "string"
      ? wanted.test(actual[key])
      : isDeepEqual(actual[key], wanted),
  );
}

/** Prototypes count, and so do own enumerable properties, whatever the object. */
function isDeepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Map && b instanceof Map) return areMapsEqual(a, b);
  if (a instanceof Set && b instanceof Set) return areSetsEqual(a, b);
  if (a instanceof Error && b instanceof Error && (a.name !== b.name || a.message !== b.message)) return false;
  if (a instanceof RegExp && b instanceof RegExp && String(a) !== String(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  return keys.every((key) => Object.hasOwn(right, key) && isDeepEqual(left[key], right[key]));
}

function areMapsEqual(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && isDeepEqual(value, b.get(key)));
}

function areSetsEqual(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item) || [...b].some((other) => isDeepEqual(item, other)));
}

function show(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)) ?? String(value);
  } catch {
    return String(value);
  }
}

const assert = Object.assign(ok, { ok, equal, notEqual, deepEqual, match, doesNotMatch, doesNotThrow, throws });
// Tests write `import assert from "node:assert/strict"`.
// oxlint-disable-next-line import/no-default-export
export { assert as default };
