// `PROGRAM --version` where more was said than that, and in long with -v.

import type { Context } from "../command.ts";
import { configurationFiles } from "../settings/nix-conf.ts";
import { nixVersion } from "./version.ts";

export function printProgramVersion(context: Context): number {
  const { output, settings, environment, log } = context;
  output.writeLine(`${context.program} (Nix) ${nixVersion}`);
  if (log.shows("talkative")) {
    const [system = "", ...user] = configurationFiles(environment);
    output.writeLine(`System type: ${settings.text("system")}`);
    output.writeLine(`Additional system types: ${settings.list("extra-platforms").join(", ")}`);
    output.writeLine("Features: signed-caches");
    output.writeLine(`System configuration file: ${system}`);
    output.writeLine(`User configuration files: ${user.toReversed().join(":")}`);
    output.writeLine(`Store directory: ${environment["NIX_STORE_DIR"] || "/nix/store"}`);
    output.writeLine(`State directory: ${environment["NIX_STATE_DIR"] || "/nix/var/nix"}`);
  }
  return 0;
}
