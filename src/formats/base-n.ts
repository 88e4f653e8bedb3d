// Base 16 and base 64 as Nix reads and writes them. The reading is as lenient as Nix's: upper-case hexadecimal digits,
// newlines inside base 64, missing padding, and bits left over after the last byte are all accepted.

import { FirnError } from "./error.ts";

const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const newline = 10;

export function encodeBase16(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += hexOfByte[bytes[i] as number];
  return text;
}

/** The bytes of an even number of hexadecimal digits. */
export function decodeBase16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (hexDigit(text, i * 2) << 4) | hexDigit(text, i * 2 + 1);
  }
  return bytes;
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < bytes.length; i++) {
    bits = ((bits << 8) | (bytes[i] as number)) & 0xffff;
    bitCount += 8;
    while (bitCount >= 6) {
      bitCount -= 6;
      text += base64Alphabet[(bits >> bitCount) & 63];
    }
  }
  if (bitCount > 0) text += base64Alphabet[(bits << (6 - bitCount)) & 63];
  while (text.length % 4 !== 0) text += "=";
  return text;
}

/** Reads up to the first `=`; what stands behind it is not looked at, as in Nix. */
export function decodeBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4) + 1);
  let length = 0;
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (text[i] === "=") break;
    if (char === newline) continue;
    const digit = base64Alphabet.indexOf(text[i] as string);
    if (digit < 0) throw invalidCharacter("Base64", text[i] as string);
    bits = ((bits << 6) | digit) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[length++] = bits >> bitCount;
    }
  }
  return bytes.slice(0, length);
}

function hexDigit(text: string, at: number): number {
  const char = text.charCodeAt(at);
  if (char >= 48 && char <= 57) return char - 48;
  const lower = char | 32;
  if (lower >= 97 && lower <= 102) return lower - 87;
  throw invalidCharacter("Base16", text[at] ?? "");
}

function invalidCharacter(encoding: "Base16" | "Base64", char: string): FirnError {
  return new FirnError(`invalid-${encoding.toLowerCase()}`, `invalid character in ${encoding} string: '${char}'`);
}
