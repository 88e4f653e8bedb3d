// Unpacks a zip archive: files, folders and links, from its central directory. What it says is not trusted: names that lead
// out of the folder are refused, links are made last, and no file may be larger than it says. Encrypted entries, archives in
// several parts and those beyond 4 GiB (zip64) are refused.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { inflateRawSync } from "node:zlib";
import { FirnError } from "#formats";
import { hostPath } from "#host";

interface ZipEntry {
  /** Below the archive's top, without a slash at its end. */
  readonly path: string;
  readonly isFolder: boolean;
  /** As Unix has it, with the type; 0 where the archive does not say. */
  readonly mode: number;
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
  /** In seconds since the epoch. */
  readonly modified: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const typeMask = 0o170000;
const linkType = 0o120000;

/** Gives the date of the newest entry, in seconds since the epoch. Both paths are byte strings; `into` exists. */
export function unpackZip(file: string, into: string): number {
  const bytes = readFileSync(hostPath(file));
  const entries = readEntries(bytes);
  checkEntries(entries);
  const links: (readonly [target: string, path: string])[] = [];
  for (const entry of entries) {
    const path = `${into}/${entry.path}`;
    if (entry.isFolder) {
      mkdirSync(hostPath(path), { recursive: true });
      continue;
    }
    mkdirSync(hostPath(posix.dirname(path)), { recursive: true });
    const contents = contentsOf(bytes, entry);
    if ((entry.mode & typeMask) === linkType) links.push([contents.toString("latin1"), path]);
    else writeFileSync(hostPath(path), contents, { flag: "wx", mode: (entry.mode & 0o100) === 0 ? 0o644 : 0o755 });
  }
  for (const [target, path] of links) symlinkSync(hostPath(target), hostPath(path));
  return Math.max(0, ...entries.map(({ modified }) => modified));
}

function readEntries(bytes: Buffer): ZipEntry[] {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== entrySignature)
      throw broken("its list of files ends early");
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    if ((bytes.readUInt16LE(at + 8) & 1) !== 0) throw broken("a file in it is encrypted");
    const name = bytes.toString("latin1", at + 46, at + 46 + nameLength);
    const isUnix = bytes.readUInt8(at + 5) === 3;
    entries.push({
      ...checkName(name),
      mode: isUnix ? bytes.readUInt16LE(at + 40) : 0,
      method: bytes.readUInt16LE(at + 10),
      compressedSize: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
      modified:
        extendedDate(bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)) ??
        readDate(bytes.readUInt16LE(at + 14), bytes.readUInt16LE(at + 12)),
    });
    at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** It stands at the end of the archive, before a comment of at most 64 KiB. */
function findEnd(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--) {
    if (bytes.readUInt32LE(at) === endSignature) return at;
  }
  throw broken("it has no list of files");
}

function checkName(name: string): { readonly path: string; readonly isFolder: boolean } {
  const isFolder = name.endsWith("/");
  const path = isFolder ? name.slice(0, -1) : name;
  const isSafe = path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0"));
  if (!isSafe) throw broken(`it has the entry '${name}', which is not a name that a file may have`);
  return { path, isFolder };
}

/** No two entries are the same file, and none lies below a file. */
function checkEntries(entries: readonly ZipEntry[]): void {
  const files = new Set<string>();
  for (const { path } of entries.filter(({ isFolder }) => !isFolder)) {
    if (files.has(path)) throw broken(`it has the file '${path}' twice`);
    files.add(path);
  }
  for (const { path, isFolder } of entries) {
    for (let above = isFolder ? path : posix.dirname(path); above !== "."; above = posix.dirname(above)) {
      if (files.has(above)) throw broken(`in it '${above}' is both a file and a folder`);
    }
  }
}

function contentsOf(bytes: Buffer, entry: ZipEntry): Buffer {
  const { offset, method, compressedSize, size, path } = entry;
  if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== localSignature)
    throw broken(`'${path}' is not there`);
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const data = bytes.subarray(start, start + compressedSize);
  if (method !== 0 && method !== 8) throw broken(`'${path}' is compressed by an unknown method`);
  const contents = method === 0 ? data : inflate(data, size, path);
  if (contents.length !== size) throw broken(`'${path}' has not the size that it should have`);
  return contents;
}

function inflate(data: Buffer, size: number, path: string): Buffer {
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw broken(`'${path}' cannot be decompressed`);
  }
}

/** What Unix programs add: the date of the last change in seconds since the epoch. */
function extendedDate(extra: Buffer): number | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    const isDate = extra.readUInt16LE(at) === 0x5455 && at + 9 <= extra.length && (extra.readUInt8(at + 4) & 1) !== 0;
    if (isDate) return extra.readInt32LE(at + 5);
  }
  return undefined;
}

/** MS-DOS dates have no time zone; they are taken for the local time, as unpackers do. */
function readDate(date: number, time: number): number {
  const [year, month, day] = [1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31];
  const [hours, minutes, seconds] = [time >> 11, (time >> 5) & 63, (time & 31) * 2];
  return Math.floor(new Date(year, month, day, hours, minutes, seconds).getTime() / 1000);
}

function broken(why: string): FirnError {
  return new FirnError("zip", `the zip archive cannot be unpacked: ${why}`);
}
