// The log of a build on disk, where Nix keeps it: <log dir>/drvs/<first two characters>/<the rest>. It is stored plain, as
// Nix does with compress-build-log = false, because Node has no bzip2; Nix reads both forms.

import { closeSync, constants, mkdirSync, openSync, writeSync } from "node:fs";
import type { StorePath } from "#formats";
import { hostPath } from "#host";

export class LogFile {
  readonly path: string;
  readonly #descriptor: number;

  constructor(logDir: string, derivation: StorePath) {
    const folder = `${logDir}/drvs/${derivation.slice(0, 2)}`;
    mkdirSync(hostPath(folder), { recursive: true });
    this.path = `${folder}/${derivation.slice(2)}`;
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    this.#descriptor = openSync(hostPath(this.path), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o666);
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.#descriptor, bytes, done);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
