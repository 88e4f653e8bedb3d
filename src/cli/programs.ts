// The programs by the names they are called by, each loaded when it is called.

import type { Command } from "./command.ts";

type Load = () => Promise<Command>;

export const programs: ReadonlyMap<string, Load> = new Map<string, Load>([
  ["firn", async () => (await import("./firn/firn.ts")).command],
  ["nix", async () => (await import("./nix/nix.ts")).command],
  ["nix-build", async () => (await import("./nix-build/nix-build.ts")).command],
  ["nix-collect-garbage", async () => (await import("./nix-collect-garbage.ts")).command],
  ["nix-env", async () => (await import("./nix-env/nix-env.ts")).command],
  ["nix-hash", async () => (await import("./nix-hash.ts")).command],
  ["nix-instantiate", async () => (await import("./nix-instantiate/nix-instantiate.ts")).command],
  ["nix-store", async () => (await import("./nix-store/nix-store.ts")).command],
  ["nixos-enter", async () => (await import("./nixos-enter.ts")).command],
  ["nixos-generate-config", async () => (await import("./nixos-generate-config/nixos-generate-config.ts")).command],
  ["nixos-install", async () => (await import("./nixos-install/nixos-install.ts")).command],
  ["nixos-option", async () => (await import("./nixos-option/nixos-option.ts")).command],
  ["nixos-rebuild", async () => (await import("./nixos-rebuild/nixos-rebuild.ts")).command],
  [
    "switch-to-configuration",
    async () => (await import("./switch-to-configuration/switch-to-configuration.ts")).command,
  ],
]);
