import { posix } from "node:path";
import { toByteString } from "#formats";

/** The absolute, canonical form of a byte-string path, from the folder where the program was called. */
export function absolutePath(path: string): string {
  return posix.resolve(toByteString(process.cwd()), path);
}
