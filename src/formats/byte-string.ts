// Byte strings: Nix strings are sequences of bytes, so below the line a string holds one byte (0–255) in each char code.
// V8 stores such strings with one byte a character, and their comparison, length and slices are those of the bytes.

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The UTF-8 bytes of ordinary text, as a byte string. */
export function toByteString(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : bytesToByteString(encoder.encode(text));
}

/** A byte string read as UTF-8, malformed sequences becoming U+FFFD. */
export function fromByteString(bytes: string): string {
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : utf8.decode(byteStringToBytes(bytes));
}

/** One byte for each char code; chars above 255 would be cut, so only byte strings may come here. */
export function byteStringToBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function bytesToByteString(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return text;
}
