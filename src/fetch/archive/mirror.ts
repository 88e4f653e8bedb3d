// Downloads from a mirror, over http, https or from a folder (file:). A transfer that breaks off, stalls or meets a busy server
// is tried again with growing pauses; what the server refuses is not. Whoever knows the file's hash says so, and gets the
// bytes only when they have it.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { FirnError } from "#formats";

import { downloadFailed, fileGone, fileTruncated, hashMismatch } from "./errors.ts";

export interface MirrorOptions {
  /** Attempts in all, 4 when absent. */
  readonly attempts?: number;
  /** Milliseconds without a byte after which a transfer counts as broken, 30,000 when absent. */
  readonly stalledAfter?: number;
  /** Milliseconds before the second attempt, doubled before each further one; 500 when absent. */
  readonly firstPause?: number;
}

export interface ExpectedFile {
  /** SHA-256 in base 16. */
  readonly sha256: string;
  readonly size: number;
}

/** The file's bytes; checked against `expected` where that is given. */
export async function download(
  url: string,
  expected: ExpectedFile | undefined,
  options: MirrorOptions = {},
): Promise<Buffer> {
  const attempts = options.attempts ?? 4;
  let wait = options.firstPause ?? 500;
  for (let attempt = 1; ; attempt++) {
    try {
      const bytes = url.startsWith("file:")
        ? await readFolderFile(url)
        : await transfer(url, options.stalledAfter ?? 30_000);
      if (expected !== undefined) checkFile(url, bytes, expected);
      return bytes;
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempt >= attempts) throw downloadFailed(url, describe(error), attempts, error);
      await pause(wait);
      wait *= 2;
    }
  }
}

function checkFile(url: string, bytes: Buffer, expected: ExpectedFile): void {
  if (bytes.length !== expected.size) throw fileTruncated(url, expected.size, bytes.length);
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== expected.sha256) throw hashMismatch(url, expected.sha256, actual);
}

async function readFolderFile(url: string): Promise<Buffer> {
  try {
    return await readFile(fileURLToPath(url));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") throw fileGone(url);
    throw downloadFailed(url, describe(error), 1, error);
  }
}

/** A failure worth another attempt: the connection, or a server that says it is busy. */
class TransientFailure extends Error {}

async function transfer(url: string, stalledAfter: number): Promise<Buffer> {
  const stopper = new AbortController();
  const alarm = setTimeout(() => stopper.abort(new Error(`nothing came for ${stalledAfter / 1000} s`)), stalledAfter);
  try {
    const response = await fetch(url, { signal: stopper.signal, redirect: "follow" });
    if (response.status === 404 || response.status === 410) throw fileGone(url);
    if (response.status === 429 || response.status >= 500)
      throw new TransientFailure(`the server answered ${response.status}`);
    if (!response.ok || response.body === null) throw downloadFailed(url, `the server answered ${response.status}`, 1);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) {
      chunks.push(chunk);
      alarm.refresh();
    }
    const bytes = Buffer.concat(chunks);
    const announced = response.headers.get("content-length");
    if (announced !== null && response.headers.get("content-encoding") === null && Number(announced) !== bytes.length) {
      throw new TransientFailure(`the connection ended after ${bytes.length} of ${announced} bytes`);
    }
    return bytes;
  } catch (error) {
    if (isFirnError(error) || error instanceof TransientFailure) throw error;
    throw new TransientFailure(describe(stopper.signal.aborted ? stopper.signal.reason : error), { cause: error });
  } finally {
    clearTimeout(alarm);
  }
}

function isFirnError(error: unknown): error is FirnError {
  return error instanceof Error && error.name === "FirnError";
}

function isTransient(error: unknown): boolean {
  return error instanceof TransientFailure;
}

/** fetch hides what happened in the cause of its error. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? `${error.message} (${cause.message})` : error.message;
}
