// Downloads for `fetchurl` and `fetchTarball`. A tarball is unpacked by the machine's tar into a folder inside the store's
// own disk, which refuses names that lead outside; of what it held the single top-level folder becomes the store object.

import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, readdirSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type BuildSettings, download } from "#build";
import { type Emit, FirnError, type StorePath } from "#formats";
import { byteStringOfHostText, deleteTree } from "#host";
import type { LocalStore } from "#store";

export interface Download {
  /** A byte string. */
  readonly url: string;
  readonly name: string;
  readonly unpack: boolean;
  readonly build: BuildSettings;
}

export async function fetchToStore(store: LocalStore, wanted: Download, emit: Emit): Promise<StorePath> {
  const folder = mkdtempSync(join(tmpdir(), "firn-fetch-"));
  try {
    const file = join(folder, "file");
    await downloadTo(file, wanted, emit);
    const options = { algorithm: "sha256" } as const;
    if (!wanted.unpack) {
      return store.addToStore(wanted.name, byteStringOfHostText(file), { ...options, method: "flat" }).path;
    }
    const tree = unpackTarball(file, join(folder, "tree"), wanted.url);
    return store.addToStore(wanted.name, byteStringOfHostText(tree), { ...options, method: "nar" }).path;
  } finally {
    deleteTree(byteStringOfHostText(folder));
  }
}

async function downloadTo(file: string, { url, build }: Download, emit: Emit): Promise<void> {
  emit({ kind: "message", level: "info", text: `downloading '${url}'...` });
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

/** The folder to add: the only one at the top of the tarball, or all of it. */
function unpackTarball(file: string, into: string, url: string): string {
  mkdirSync(into);
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
  const [top, ...others] = readdirSync(into);
  if (top === undefined) throw cannotUnpack(url, "it is empty");
  if (others.length > 0 || !lstatSync(join(into, top)).isDirectory()) throw moreThanOneFolder(url);
  return join(into, top);
}

function cannotUnpack(url: string, why: string): FirnError {
  return new FirnError("cannot-unpack", `failed to extract archive '${url}': ${why}`);
}

function moreThanOneFolder(url: string): FirnError {
  return new FirnError("tarball-layout", `tarball '${url}' contains an unexpected number of top-level files`);
}
