// What an engine says where a program is too deep or a string too long for it, and what a user is told instead.

export const stackOverflowMessage = "stack overflow (possible infinite recursion)";
export const stringTooLongMessage = "a string would be longer than the 536870888 bytes that Firn can hold";

/**
 * Whether JavaScript's own stack overflowed, which the rooms turn into `stackOverflow`: a RangeError in V8 and, with a full
 * stop, in JavaScriptCore; an InternalError of its own in SpiderMonkey. Where V8 has no room to compile a regular
 * expression it calls it invalid.
 */
export function isStackExhaustion(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { message } = error;
  if (error instanceof RangeError) return /^Maximum call stack size exceeded\.?$/.test(message);
  if (error instanceof SyntaxError) return /^Invalid regular expression: .*: Stack overflow$/s.test(message);
  return message === "too much recursion" && error.constructor.name === "InternalError";
}

/** Whether a string would have been longer than V8's can be, said by V8 itself or by Node. */
export function isStringTooLong(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof RangeError && error.message === "Invalid string length") return true;
  return (error as { readonly code?: unknown }).code === "ERR_STRING_TOO_LONG";
}
