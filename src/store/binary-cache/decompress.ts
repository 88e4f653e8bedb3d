// The compressions in which a binary cache keeps archives. What Node has it does itself, piece by piece; for xz and bzip2
// the programs of these names do it, and where there is no `xz`, the library that unpacks debs.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
import { Readable, type Transform } from "node:stream";
import { FirnError } from "#formats";

/** The bytes inside. An unknown compression is told by its name, broken data when it is met. */
export function decompress(compression: string, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  switch (compression) {
    case "none":
    case "":
      return body;
    case "gzip":
      return through(createGunzip(), body);
    case "br":
      return through(createBrotliDecompress(), body);
    case "zstd":
      return through(createZstdDecompress(), body);
    case "xz":
    case "lzma":
      return throughProgram("xz", body);
    case "bzip2":
      return throughProgram("bzip2", body);
    default:
      throw new FirnError("compression", `unknown compression method '${compression}'`);
  }
}

async function* through(transform: Transform, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const source = Readable.from(body);
  source.on("error", (error) => transform.destroy(error));
  source.pipe(transform);
  try {
    for await (const chunk of transform as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw notRecognised(error);
  } finally {
    source.destroy();
    transform.destroy();
  }
}

async function* throughProgram(
  program: "xz" | "bzip2",
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const child = spawn(program, ["-dc"], { stdio: ["pipe", "pipe", "ignore"] });
  // Without the program the event comes before anything is read.
  const started = await Promise.race([once(child, "spawn").then(() => true), once(child, "error").then(() => false)]);
  if (!started) {
    yield* withoutProgram(program, body);
    return;
  }
  const ended = once(child, "close") as Promise<[number | null]>;
  const source = Readable.from(body);
  // What does not decompress is read no further, which the writing end learns as an error.
  child.stdin.on("error", () => source.destroy());
  source.on("error", () => child.kill());
  source.pipe(child.stdin);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Uint8Array>) yield chunk;
    const [status] = await ended;
    if (status !== 0) throw notRecognised(undefined);
  } finally {
    source.destroy();
    child.kill();
  }
}

async function* withoutProgram(
  program: "xz" | "bzip2",
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  if (program === "bzip2") throw programMissing(program);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const { decompressSync } = await import("@napi-rs/lzma/xz");
  try {
    yield decompressSync(Buffer.concat(chunks));
  } catch (error) {
    throw notRecognised(error);
  }
}

function notRecognised(cause: unknown): FirnError {
  return new FirnError("compression", "input compression not recognized", { cause });
}

function programMissing(program: string): FirnError {
  return new FirnError("program-missing", `executing '${program}': No such file or directory`, {
    hint: `Archives of this cache are compressed with ${program}; on Debian and Ubuntu: sudo apt install ${program}`,
  });
}
