// Between byte strings and node:fs. File names are bytes; node:fs takes strings as UTF-8, so a byte string with a byte
// above 127 has to travel as a Buffer, while the ASCII ones (nearly all) stay strings, which is faster.

/** What node:fs calls take for the byte string `path`. */
export function hostPath(path: string): string | Buffer {
  return /^[\x00-\x7f]*$/.test(path) ? path : Buffer.from(path, "latin1");
}

/** A JS string from outside (argument, environment, node:path) as a byte string. */
export function byteStringOfHostText(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The name of `name` inside an open directory: resolved by the kernel from the descriptor, whatever its path became. */
export function pathInDirectory(directory: number, name: string): string | Buffer {
  return hostPath(`/proc/self/fd/${directory}/${name}`);
}

/** The open directory itself, for calls that take paths. */
export function pathOfDescriptor(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}
