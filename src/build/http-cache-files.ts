// A binary cache that a web server has.

import type { CacheFiles } from "#store";
import { download, type DownloadOptions, isMissingFile } from "./download.ts";

export class HttpCacheFiles implements CacheFiles {
  readonly uri: string;
  private readonly options: DownloadOptions;

  constructor(uri: string, options: DownloadOptions) {
    this.uri = uri.replace(/\/+$/, "");
    this.options = options;
  }

  async read(name: string, take: (body: AsyncIterable<Uint8Array>) => Promise<void>): Promise<boolean> {
    try {
      await download(`${this.uri}/${name}`, this.options, take);
      return true;
    } catch (error) {
      if (isMissingFile(error)) return false;
      throw error;
    }
  }
}
