// What the JSON reader says of a control character inside a string.

const names = [
  "NUL",
  "SOH",
  "STX",
  "ETX",
  "EOT",
  "ENQ",
  "ACK",
  "BEL",
  "BS",
  "HT",
  "LF",
  "VT",
  "FF",
  "CR",
  "SO",
  "SI",
  "DLE",
  "DC1",
  "DC2",
  "DC3",
  "DC4",
  "NAK",
  "SYN",
  "ETB",
  "CAN",
  "EM",
  "SUB",
  "ESC",
  "FS",
  "GS",
  "RS",
  "US",
];
const shorthands: Readonly<Record<number, string>> = { 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r" };

export function describeControlCharacter(code: number): string {
  const digits = hexadecimal(code, 4);
  const shorthand = shorthands[code];
  const or = shorthand === undefined ? "" : ` or ${shorthand}`;
  return `invalid string: control character U+${digits} (${names[code]}) must be escaped to \\u${digits}${or}`;
}

/** Upper case, padded with zeros. */
export function hexadecimal(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
