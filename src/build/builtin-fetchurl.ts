// builtin:fetchurl: one file from the network into a fixed output, plain or as an archive (NAR, perhaps xz-compressed) to
// be unpacked. Mirrors that serve files by their hash are asked first.

import { chmodSync, closeSync, constants, lstatSync, openSync, writeSync } from "node:fs";
import { derivationType, encodeBase16, parseNarStream } from "#formats";
import { deleteTree, hostPath } from "#host";
import { TreeWriter } from "#store";
import { requireAttribute } from "./builtin-context.ts";
import type { BuiltinContext } from "./builtin-context.ts";
import { download } from "./download.ts";

export async function fetchUrl(context: BuiltinContext): Promise<void> {
  const { derivation, settings } = context;
  const out = context.outputs.get("out");
  if (out === undefined) throw new Error("'builtin:fetchurl' requires an 'out' output");
  const { kind } = derivationType(derivation);
  if (kind !== "fixed" && kind !== "impure") {
    throw new Error("'builtin:fetchurl' must be a fixed-output or impure derivation");
  }
  const url = requireAttribute(derivation, "url");
  const spec = derivation.outputs.get("out");
  if (spec?.kind === "fixed" && spec.ca.method === "flat") {
    const { algorithm, bytes } = spec.ca.hash;
    for (const mirror of settings.hashedMirrors) {
      try {
        await fetchTo(context, `${mirror.replace(/\/*$/, "/")}${algorithm}/${encodeBase16(bytes)}`, out);
        return;
      } catch (error) {
        context.signal.throwIfAborted();
        const text = error instanceof Error ? error.message : String(error);
        context.emit({ kind: "message", level: "debug", text });
      }
    }
  }
  await fetchTo(context, url, out);
}

async function fetchTo(context: BuiltinContext, url: string, out: string): Promise<void> {
  const { derivation, settings, signal, emit } = context;
  const mainUrl = requireAttribute(derivation, "url");
  const unpack = derivation.env.get("unpack") === "1";
  const id = context.newActivity();
  const text = `downloading '${url}'`;
  emit({ kind: "start", id, type: "fileTransfer", text, parent: context.activity });
  try {
    const options = {
      attempts: settings.downloadAttempts,
      connectTimeout: settings.connectTimeout,
      environment: settings.environment,
      signal,
      onProgress: (done: number, expected: number): void =>
        emit({ kind: "progress", id, done, expected, running: 0, failed: 0 }),
      warn: (warning: string): void => context.log(`warning: ${warning}`),
    };
    await download(url, options, async (body) => {
      deleteTree(out);
      if (!unpack) await writeFile(body, out);
      else await unpackArchive(mainUrl.endsWith(".xz") ? decompressXz(body) : body, out);
    });
  } finally {
    emit({ kind: "stop", id });
  }
  // An archive may hold a link, which chmod would follow.
  if (derivation.env.get("executable") === "1" && lstatSync(hostPath(out)).isFile()) chmodSync(hostPath(out), 0o755);
}

async function writeFile(body: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = openSync(hostPath(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  try {
    for await (const chunk of body) {
      for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done);
    }
  } finally {
    closeSync(file);
  }
}

async function unpackArchive(archive: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const writer = new TreeWriter(path);
  try {
    await parseNarStream(archive, writer);
  } finally {
    writer.close();
  }
}

/** All at once: the library has no streams, and what comes as xz is a bootstrap's few megabytes. */
async function* decompressXz(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const { decompress } = await import("@napi-rs/lzma/xz");
  const chunks: Uint8Array[] = [];
  for await (const chunk of compressed) chunks.push(chunk);
  yield await decompress(Buffer.concat(chunks));
}
