// Reads the goldens beside it, which tools/golden-formats.sh made with the real Nix, as byte strings.

import { readFileSync } from "node:fs";

export function readGoldenBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, import.meta.url)));
}

export function readGolden(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "latin1");
}

/** The lines without their newlines. */
export function readGoldenLines(name: string): readonly string[] {
  return readGolden(name).replace(/\n$/, "").split("\n");
}

/** The fields of each line of a .tsv file. */
export function readGoldenTable(name: string): readonly (readonly string[])[] {
  return readGoldenLines(name).map((line) => line.split("\t"));
}

/** What a call gives, or the message of the error that it throws. */
export function resultOrMessage(call: () => string): string {
  try {
    return call();
  } catch (error) {
    return (error as Error).message;
  }
}
