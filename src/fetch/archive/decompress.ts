// The compressions of an archive's files: xz, gzip, zstd, or none; told by the name's end.

import { gunzipSync, zstdDecompressSync } from "node:zlib";

import { decompressSync } from "@napi-rs/lzma/xz";

/** The bytes inside. Throws the library's error on data that is cut off or broken. */
export function decompress(name: string, bytes: Buffer): Buffer {
  if (name.endsWith(".xz")) return decompressSync(bytes);
  if (name.endsWith(".gz")) return gunzipSync(bytes);
  if (name.endsWith(".zst")) return zstdDecompressSync(bytes);
  return bytes;
}
