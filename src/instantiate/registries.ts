// The registries of one evaluation, read when they are first asked. Inputs of flakes are only looked up in those that a
// user cannot have changed for himself: what the command line says, and the global one.

import {
  lookUpInRegistries,
  readRegistry,
  type Registry,
  type RegistryEntry,
  type RegistryKind,
  type Resolved,
} from "#fetch";
import type { InputAttributes, InputContext } from "#formats";
import type { FetchSettings } from "./fetch-settings.ts";

/** `all`: for what a person typed; `inputs`: for what a flake names; `none`: names are not looked up. */
export type UseRegistries = "all" | "inputs" | "none";

export interface RegistriesOptions {
  readonly settings: FetchSettings;
  readonly context: InputContext;
  /** Where the registry lies that a URL names; downloads it. */
  readonly download: (url: string) => string;
}

export class Registries {
  private readonly options: RegistriesOptions;
  private readonly flags: RegistryEntry[] = [];
  private readonly read = new Map<RegistryKind, Registry>();

  constructor(options: RegistriesOptions) {
    this.options = options;
  }

  /** As `--override-flake` and `--inputs-from` say. */
  addFlag(entry: RegistryEntry): void {
    this.flags.push(entry);
  }

  resolve(input: InputAttributes, use: UseRegistries): Resolved {
    if (use === "none") return { input, folder: undefined };
    const kinds = use === "all" ? (["flags", "user", "system", "global"] as const) : (["flags", "global"] as const);
    return lookUpInRegistries(
      kinds.map((kind) => this.get(kind)),
      input,
    );
  }

  get all(): Registry[] {
    return (["flags", "user", "system", "global"] as const).map((kind) => this.get(kind));
  }

  get userPath(): string {
    return `${this.options.settings.configFolder}/registry.json`;
  }

  get(kind: "flags" | "user" | "system" | "global"): Registry {
    if (kind === "flags") return { kind, entries: this.flags };
    let registry = this.read.get(kind);
    if (registry === undefined) {
      registry = this.readAt(this.pathOf(kind), kind);
      this.read.set(kind, registry);
    }
    return registry;
  }

  /** One that the command line names by its path. */
  custom(path: string): Registry {
    return this.readAt(path, "custom");
  }

  private readAt(path: string | undefined, kind: RegistryKind): Registry {
    return path === undefined ? { kind, entries: [] } : readRegistry(path, kind, this.options.context);
  }

  private pathOf(kind: "user" | "system" | "global"): string | undefined {
    const { settings, download } = this.options;
    switch (kind) {
      case "user":
        return this.userPath;
      case "system":
        return `${settings.systemConfigFolder}/registry.json`;
      case "global": {
        const { flakeRegistry } = settings;
        if (flakeRegistry === "") return undefined;
        return flakeRegistry.startsWith("/") ? flakeRegistry : download(flakeRegistry);
      }
    }
  }
}
