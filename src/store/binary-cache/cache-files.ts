// Where the files of a binary cache lie: a folder here, or elsewhere by whatever reads from there.

import { open } from "node:fs/promises";
import { errorCode, hostPath } from "#host";

export interface CacheFiles {
  /** As messages name the cache: `https://cache.example.org`. */
  readonly uri: string;
  /** Hands the contents of a file to `take`; false when there is no such file. `take` may be called again from the start. */
  read(name: string, take: (body: AsyncIterable<Uint8Array>) => Promise<void>): Promise<boolean>;
}

/** A cache in a folder of this machine (`file://`); a byte string. */
export class LocalCacheFiles implements CacheFiles {
  readonly uri: string;
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    this.uri = `file://${folder}`;
  }

  async read(name: string, take: (body: AsyncIterable<Uint8Array>) => Promise<void>): Promise<boolean> {
    const path = hostPath(`${this.folder}/${name}`);
    const file = await open(path).catch((error: unknown) => {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
      throw error;
    });
    if (file === undefined) return false;
    await take(file.createReadStream());
    return true;
  }
}
