import { homeFolder } from "#host";
import type { Context } from "../command.ts";

/** Where Firn keeps what only saves time. Undefined where XDG_CACHE_HOME is relative, which its specification has ignored. */
export function cacheFolder({ environment }: Context): string | undefined {
  const folder = environment["XDG_CACHE_HOME"] || `${homeFolder()}/.cache`;
  return folder.startsWith("/") ? `${folder}/firn` : undefined;
}
