// Where the files of a binary cache lie: a folder here, or elsewhere by whatever reads from there.

import { createReadStream } from "node:fs";
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
    try {
      await take(createReadStream(hostPath(`${this.folder}/${name}`)));
      return true;
    } catch (error) {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return false;
      throw error;
    }
  }
}
