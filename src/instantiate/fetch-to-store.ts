// Downloads for `fetchurl` and `fetchTarball`. A tarball is unpacked by the machine's tar, a zip archive here, into a folder
// of their own, and names that lead outside are refused; of what it held the single top-level folder becomes the store object, or all of it
// where there is more than one thing.

import { spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdtempSync, readdirSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type BuildSettings, download } from "#build";
import { type Emit, FirnError, parseUrl, type StorePath, urlPathToPath } from "#formats";
import { unpackZip } from "#fetch";
import { byteStringOfHostText, deleteTree, hostPath } from "#host";
import type { LocalStore } from "#store";

export interface Download {
  /** A byte string. */
  readonly url: string;
  readonly name: string;
  readonly unpack: boolean;
  readonly build: BuildSettings;
}

export interface Fetched {
  readonly path: StorePath;
  /** Of a tarball: the date of its newest entry, in seconds since the epoch. */
  readonly lastModified?: number;
}

export async function fetchToStore(store: LocalStore, wanted: Download, emit: Emit): Promise<Fetched> {
  const folder = mkdtempSync(join(tmpdir(), "firn-fetch-"));
  try {
    const file = join(folder, "file");
    await downloadTo(file, wanted, emit);
    const options = { algorithm: "sha256" } as const;
    if (!wanted.unpack) {
      return { path: store.addToStore(wanted.name, byteStringOfHostText(file), { ...options, method: "flat" }).path };
    }
    emit({ kind: "message", level: "info", text: `unpacking '${wanted.url}' into the Git cache...` });
    const { tree, lastModified } = unpack(file, join(folder, "tree"), wanted.url);
    const { path } = store.addToStore(wanted.name, byteStringOfHostText(tree), { ...options, method: "nar" });
    return { path, lastModified };
  } finally {
    deleteTree(byteStringOfHostText(folder));
  }
}

async function downloadTo(file: string, { url, build }: Download, emit: Emit): Promise<void> {
  checkLocalFile(url);
  await download(
    url,
    {
      attempts: build.downloadAttempts,
      connectTimeout: build.connectTimeout,
      environment: build.environment,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      warn: (text) => emit({ kind: "message", level: "warn", text: `warning: ${text}` }),
    },
    (body) => pipeline(body, createWriteStream(file)),
  );
}

/** A file that is not there is told in the words of the program that Nix downloads with. */
function checkLocalFile(url: string): void {
  if (!url.startsWith("file:///")) return;
  const path = urlPathToPath(parseUrl(url, { warn: () => undefined }).path);
  if (existsSync(hostPath(path))) return;
  const why = `Could not read a file:// file (37) Could not open file ${path}`;
  throw new FirnError("cannot-download", `unable to download '${url}': ${why}`);
}

interface Unpacked {
  /** The folder to add: the only one at the top of the archive, or all of it. */
  readonly tree: string;
  readonly lastModified: number;
}

function unpack(file: string, into: string, url: string): Unpacked {
  mkdirSync(into);
  const isZip = /\.zip$/i.test(url.replace(/[?#].*$/, ""));
  const lastModified = isZip
    ? unpackZip(byteStringOfHostText(file), byteStringOfHostText(into))
    : unpackTarball(file, into, url);
  const [top, ...others] = readdirSync(into);
  const isSingleFolder = top !== undefined && others.length === 0 && lstatSync(join(into, top)).isDirectory();
  return { tree: isSingleFolder ? join(into, top) : into, lastModified };
}

/** Gives the date of the newest entry. */
function unpackTarball(file: string, into: string, url: string): number {
  const { status, stderr } = spawnSync(
    "tar",
    [
      "--extract",
      "--file",
      file,
      "--directory",
      into,
      "--no-same-owner",
      "--no-same-permissions",
      "--delay-directory-restore",
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw cannotUnpack(url, (stderr ?? "").trim());
  return newestEntry(file);
}

/** From the tarball itself: folders that it does not name are as new as their unpacking. */
function newestEntry(file: string): number {
  const { stdout } = spawnSync(
    "tar",
    ["--list", "--verbose", "--numeric-owner", "--full-time", "--utc", "--file", file],
    {
      encoding: "latin1",
      maxBuffer: 2 ** 30,
      env: { ...process.env, LC_ALL: "C" },
    },
  );
  const dates = stdout.matchAll(/^\S+ \S+ +\d+(?:,\d+)? (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/gm);
  let newest = 0;
  for (const [, day, time] of dates) newest = Math.max(newest, Date.parse(`${day}T${time}Z`) / 1000);
  return newest;
}

function cannotUnpack(url: string, why: string): FirnError {
  return new FirnError("cannot-unpack", `failed to extract archive '${url}': ${why}`);
}
