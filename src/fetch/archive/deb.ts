// Reading a .deb: an ar archive of debian-binary, control.tar.* and data.tar.*; and the tar inside. Everything in it is checked
// against the bytes there are: a deb that is cut off says so.

import { decompress } from "./decompress.ts";
import { debCorrupt } from "./errors.ts";

export interface TarEntry {
  /** Without a leading `./`. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "other";
  readonly mode: number;
  readonly target: string;
  readonly bytes: Buffer;
}

/** The entries of the deb's data archive. `file` is for messages. */
export function readDebData(file: string, deb: Buffer): readonly TarEntry[] {
  for (const member of readAr(file, deb)) {
    if (!member.name.startsWith("data.tar")) continue;
    let tar: Buffer;
    try {
      tar = decompress(member.name, member.bytes);
    } catch (error) {
      throw debCorrupt(
        file,
        `its ${member.name} cannot be decompressed (${error instanceof Error ? error.message : String(error)})`,
      );
    }
    return readTar(file, tar);
  }
  throw debCorrupt(file, "it has no data archive");
}

interface ArMember {
  readonly name: string;
  readonly bytes: Buffer;
}

function readAr(file: string, bytes: Buffer): readonly ArMember[] {
  if (bytes.subarray(0, 8).toString("latin1") !== "!<arch>\n") throw debCorrupt(file, "it is no ar archive");
  const members: ArMember[] = [];
  let at = 8;
  while (at < bytes.length) {
    const header = bytes.subarray(at, at + 60).toString("latin1");
    const size = Number(header.slice(48, 58).trim());
    if (header.length < 60 || !Number.isInteger(size) || at + 60 + size > bytes.length)
      throw debCorrupt(file, "it is cut off");
    members.push({
      name: header.slice(0, 16).trim().replace(/\/$/, ""),
      bytes: bytes.subarray(at + 60, at + 60 + size),
    });
    at += 60 + size + (size % 2);
  }
  return members;
}

const tarTypes: Readonly<Record<string, TarEntry["type"]>> = {
  "0": "file",
  "\0": "file",
  "1": "hardlink",
  "2": "symlink",
  "5": "directory",
};

/** Ustar with GNU's long names, which is what dpkg writes. */
function readTar(file: string, tar: Buffer): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  let longTarget: string | undefined;
  for (let at = 0; at + 512 <= tar.length;) {
    const header = tar.subarray(at, at + 512);
    if (header.every((byte) => byte === 0)) break;
    const size = readOctal(header, 124, 12);
    if (!Number.isInteger(size) || at + 512 + size > tar.length) throw debCorrupt(file, "its data archive is cut off");
    const bytes = tar.subarray(at + 512, at + 512 + size);
    const type = String.fromCharCode(header[156] ?? 0);
    at += 512 + Math.ceil(size / 512) * 512;
    if (type === "L") longName = readString(bytes, 0, size);
    else if (type === "K") longTarget = readString(bytes, 0, size);
    else {
      entries.push({
        path: (longName ?? readString(header, 0, 100)).replace(/^\.?\//, "").replace(/\/$/, ""),
        type: tarTypes[type] ?? "other",
        mode: readOctal(header, 100, 8),
        target: longTarget ?? readString(header, 157, 100),
        bytes,
      });
      longName = undefined;
      longTarget = undefined;
    }
  }
  return entries;
}

function readString(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString("utf8");
}

function readOctal(bytes: Buffer, start: number, length: number): number {
  const text = readString(bytes, start, length).trim();
  return text === "" ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}
