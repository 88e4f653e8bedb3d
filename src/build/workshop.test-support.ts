// What the tests of this room share: a chroot store in a temporary folder with a static busybox in it, and derivations
// that run a shell script with that.

import { existsSync, mkdirSync, mkdtempSync, copyFileSync, symlinkSync, rmSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillOutputPaths, printStorePath } from "#formats";
import type { Derivation, DerivationOutput, LogEvent, StorePath } from "#formats";
import { deleteTree } from "#host";
import { openLocalStore } from "#store";
import type { LocalStore } from "#store";
import { defaultBuildSettings, realise } from "./index.ts";
import type { BuildResult, BuildSettings, DerivedPath } from "./index.ts";

const busybox = ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path));

/** A reason to skip tests that build, or false. */
export const cannotBuild: string | false =
  busybox === undefined ? "needs a static busybox (apt install busybox-static)" : false;

const applets =
  "sh cat chmod cp echo env false find grep head hostname id kill ln ls mkdir mount mv nc ps rm sed setfattr getfattr sleep sync tail test touch tr true uname wc wget yes".split(
    " ",
  );

export interface ScriptOptions {
  readonly outputs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly inputs?: readonly StorePath[];
  readonly sources?: readonly StorePath[];
  readonly fixed?: Extract<DerivationOutput, { kind: "fixed" }>["ca"];
  readonly structured?: string;
  readonly system?: string;
  readonly builder?: string;
  readonly args?: readonly string[];
}

export interface Run {
  readonly results: readonly BuildResult[];
  readonly events: readonly LogEvent[];
  /** The lines that builders printed. */
  readonly lines: readonly string[];
  /** Errors shown on the way. */
  readonly errors: readonly string[];
}

/** Comes back when it is so; an error when that takes longer than any machine should need. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let round = 0; !isSo(); round++) {
    if (round === 1000) throw new Error(`20 seconds were not enough: ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What a test does to a run while it goes on. */
export interface Surroundings {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: LogEvent) => void;
}

/** A store and a busybox in it; delete it with `close`. */
export class Workshop {
  readonly root: string;
  readonly store: LocalStore;
  readonly busybox: StorePath;

  /** `unhidden`: a store that lies where its paths say, so that it can be built in without a sandbox. */
  constructor(options: { readonly root?: string; readonly unhidden?: boolean } = {}) {
    this.root = options.root ?? mkdtempSync(join(tmpdir(), "firn-build-"));
    const { root } = this;
    this.store =
      options.unhidden === true
        ? openLocalStore({ storeDir: `${root}/store`, stateDir: `${root}/state`, logDir: `${root}/log` })
        : openLocalStore({ root });
    this.busybox = this.#addBusybox();
  }

  #addBusybox(): StorePath {
    const folder = mkdtempSync(join(tmpdir(), "firn-busybox-"));
    mkdirSync(join(folder, "bin"));
    copyFileSync(busybox as string, join(folder, "bin/busybox"));
    chmodSync(join(folder, "bin/busybox"), 0o755);
    for (const applet of applets) symlinkSync("busybox", join(folder, "bin", applet));
    const { path } = this.store.addToStore("busybox", folder, { method: "nar", algorithm: "sha256" });
    rmSync(folder, { recursive: true });
    return path;
  }

  print(path: StorePath): string {
    return printStorePath(this.store.storeDir, path);
  }

  /** A derivation whose builder is `sh -c script`, with busybox's programs on PATH and `$out`, … set; written to the store. */
  script(name: string, script: string, options: ScriptOptions = {}): StorePath {
    const { store } = this;
    const outputs = new Map<string, DerivationOutput>(
      (options.outputs ?? ["out"]).map((output) => [
        output,
        options.fixed === undefined ? { kind: "deferred" } : { kind: "fixed", ca: options.fixed },
      ]),
    );
    const bin = `${this.print(this.busybox)}/bin`;
    const names = [...outputs.keys()].toSorted();
    const env: Record<string, string> = { name, system: options.system ?? "x86_64-linux", ...options.env };
    for (const output of names) env[output] = "";
    const inputDerivations = new Map(
      [...(options.inputs ?? [])]
        .toSorted()
        .map((input) => [input, { outputs: [...store.readDerivation(input).outputs.keys()].toSorted() }]),
    );
    const unfilled: Derivation = {
      name,
      outputs: new Map([...outputs].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      inputDerivations,
      inputSources: [...new Set([this.busybox, ...(options.sources ?? [])])].toSorted(),
      system: options.system ?? "x86_64-linux",
      builder: options.builder ?? `${bin}/sh`,
      args: options.args ?? ["-c", `export PATH=${bin}\n${script}`],
      env: new Map(Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      ...(options.structured === undefined ? {} : { structuredAttributes: options.structured }),
    };
    return store.writeDerivation(fillOutputPaths(store.storeDir, unfilled, (path) => store.derivationModulo(path)));
  }

  output(derivation: StorePath, name = "out"): StorePath {
    const path = this.store.queryDerivationOutputs(derivation).get(name);
    if (path === undefined) throw new Error(`no output ${name}`);
    return path;
  }

  /** Where an output lies on this machine. */
  real(derivation: StorePath, name = "out", rest = ""): string {
    return this.store.realPath(this.output(derivation, name), rest);
  }

  async realise(
    derivations: StorePath | readonly StorePath[],
    settings: Partial<BuildSettings> = {},
    surroundings: Surroundings = {},
  ): Promise<Run> {
    const wanted = [derivations].flat().map((derivation) => ({ kind: "built", derivation, outputs: "all" }) as const);
    return this.realisePaths(wanted, settings, surroundings);
  }

  async realisePaths(
    wanted: readonly DerivedPath[],
    settings: Partial<BuildSettings> = {},
    { onEvent, signal }: Surroundings = {},
  ): Promise<Run> {
    const events: LogEvent[] = [];
    const all = { ...defaultBuildSettings, ...settings };
    const emit = (event: LogEvent): void => {
      events.push(event);
      onEvent?.(event);
    };
    const results = await realise(this.store, wanted, all, emit, signal);
    return {
      results,
      events,
      lines: events.flatMap((event) => (event.kind === "buildLogLine" ? event.line : [])),
      errors: events.flatMap((event) => (event.kind === "message" && event.level === "error" ? event.text : [])),
    };
  }

  close(): void {
    this.store.close();
    deleteTree(this.root);
  }
}
