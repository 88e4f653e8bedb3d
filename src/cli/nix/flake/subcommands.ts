// The commands of `nix flake`, each loaded when it is called.

import type { Subcommands } from "../subcommands.ts";

export const flakeSubcommands: Subcommands = new Map([
  ["archive", async () => (await import("./archive.ts")).command],
  ["check", async () => (await import("./check.ts")).command],
  ["clone", async () => (await import("./clone.ts")).command],
  ["info", async () => (await import("./metadata.ts")).infoCommand],
  ["init", async () => (await import("./init.ts")).command],
  ["lock", async () => (await import("./lock.ts")).command],
  ["metadata", async () => (await import("./metadata.ts")).command],
  ["new", async () => (await import("./init.ts")).newCommand],
  ["prefetch", async () => (await import("./prefetch.ts")).command],
  ["prefetch-inputs", async () => (await import("./prefetch-inputs.ts")).command],
  ["show", async () => (await import("./show.ts")).command],
  ["update", async () => (await import("./update.ts")).command],
]);
