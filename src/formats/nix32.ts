// Nix32: Nix's own base 32, without the letters e, o, u and t. It writes the bits from the last byte to the first, so
// that the text of a hash begins with its highest bits; neither RFC 4648 nor its alphabet.

import { FirnError } from "./error.ts";

const alphabet = "0123456789abcdfghijklmnpqrsvwxyz";
const digitOfCharCode = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 32; digit++) digitOfCharCode[alphabet.charCodeAt(digit)] = digit;

/** How many characters the Nix32 text of that many bytes has. */
export function nix32Length(byteCount: number): number {
  return byteCount === 0 ? 0 : Math.floor((byteCount * 8 - 1) / 5) + 1;
}

export function encodeNix32(bytes: Uint8Array): string {
  let text = "";
  for (let n = nix32Length(bytes.length) - 1; n >= 0; n--) {
    const bit = n * 5;
    const at = bit >> 3;
    const pair = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    text += alphabet[(pair >> (bit & 7)) & 31];
  }
  return text;
}

/**
 * The bytes of a Nix32 text (BaseNix32::decode). As in Nix, bits that are set beyond the last whole byte make the result
 * one byte longer, which the caller meets as a wrong length.
 */
export function decodeNix32(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((text.length * 5) / 8) + 1);
  let length = 0;
  for (let n = 0; n < text.length; n++) {
    const char = text.charCodeAt(text.length - n - 1);
    const digit = char < 256 ? (digitOfCharCode[char] as number) : -1;
    if (digit < 0) throw invalidNix32Character(String.fromCharCode(char));
    const bit = n * 5;
    const at = bit >> 3;
    const pair = digit << (bit & 7);
    bytes[at] = (bytes[at] as number) | (pair & 255);
    length = at + 1;
    if (pair > 255) {
      bytes[at + 1] = pair >> 8;
      length = at + 2;
    }
  }
  return bytes.slice(0, length);
}

function invalidNix32Character(char: string): FirnError {
  return new FirnError("invalid-nix32", `invalid character in Nix32 (Nix's Base32 variation) string: '${char}'`);
}
