// A project as the fragment of a URL and back: JSON, deflated, in base 64 for URLs, with the format's number in front. The
// fragment never leaves the browser. What comes in may be anything, so it is never inflated beyond what a project may hold.

import { FirnError } from "#formats";
import { checkProject, type Project } from "./project.ts";

const prefix = "1.";
const maxInflated = 8_000_000;

/** Without the `#`. */
export async function encodeProject(project: Project): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(project));
  const deflated = await collect(transform(json, new CompressionStream("deflate-raw")), Infinity);
  let binary = "";
  for (const byte of deflated) binary += String.fromCharCode(byte);
  return prefix + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export async function decodeProject(fragment: string): Promise<Project> {
  if (!fragment.startsWith(prefix)) throw badLink("it does not begin as links of this page do");
  let data: unknown;
  try {
    const binary = atob(fragment.slice(prefix.length).replaceAll("-", "+").replaceAll("_", "/"));
    const deflated = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const json = await collect(transform(deflated, new DecompressionStream("deflate-raw")), maxInflated);
    data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    if (error instanceof FirnError) throw error;
    throw badLink("a part of it is missing or changed");
  }
  return checkProject(data);
}

function transform(bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream): ReadableStream {
  return new Blob([bytes]).stream().pipeThrough(through);
}

async function collect(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel();
      throw badLink("it holds more than this page takes");
    }
    chunks.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function badLink(reason: string): FirnError {
  return new FirnError("bad-link", `This link is broken: ${reason}.`);
}
