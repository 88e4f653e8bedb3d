// --offline and --refresh: how much of what was downloaded before is believed.

import type { Context } from "../command.ts";
import { flagTable, switchFlag, type FlagLookup } from "./command-line.ts";

/** As old as anything can be: what was downloaded once stays. */
const forever = String(2 ** 32 - 1);

export function networkFlags({ settings }: Context): FlagLookup {
  return flagTable({
    "--offline --no-net": switchFlag(() => {
      settings.set("substitute", "false");
      if (!settings.isOverridden("tarball-ttl")) settings.set("tarball-ttl", forever);
      if (!settings.isOverridden("download-attempts")) settings.set("download-attempts", "0");
      if (!settings.isOverridden("connect-timeout")) settings.set("connect-timeout", "1");
    }),
    "--refresh": switchFlag(() => {
      settings.set("tarball-ttl", "0");
      settings.set("narinfo-cache-negative-ttl", "0");
      settings.set("narinfo-cache-positive-ttl", "0");
    }),
  });
}
