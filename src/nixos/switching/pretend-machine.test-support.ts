// A machine that exists only in a test: systems in a temporary folder, units with states, a boot loader and a profile that are
// variables. It can be killed at any call, as a program is, and started anew, as after a power cut.

import { mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FailedCheck } from "./health-checks.ts";
import type { PendingKind, PendingUnits } from "./pending-units.ts";
import type { ServiceManager } from "./service-manager.ts";
import type { HealthCheck, SwitchDescription } from "./switch-description.ts";
import type { SwitchRecord } from "./switch-journal.ts";
import type { SwitchTask, SwitchWorld } from "./switch-system.ts";

interface PretendSystem {
  /** Units by name; a service whose text has `fails` does not start, one with `dies` or `ends` does so a moment later. */
  readonly units: Readonly<Record<string, string>>;
  readonly init?: string;
}

export class Killed extends Error {}

export class PretendMachine {
  readonly folder = mkdtempSync(join(tmpdir(), "firn-switch-"));
  readonly #systems = new Map<string, PretendSystem>();
  /** What is called, in order. */
  readonly calls: string[] = [];
  readonly said: string[] = [];
  /** Units that run, with the text that they were started with. */
  running = new Map<string, { state: string; text: string }>();
  /** The units as systemd has read them. */
  #loaded: Readonly<Record<string, string>> = {};
  journal: SwitchRecord | undefined;
  pending: Record<PendingKind, string[]> = { start: [], restart: [], reload: [] };
  bootDefault = "";
  profile = "";
  readonly generations = new Set<string>();
  boot = 1;
  /** Programs that fail, and units that are not healthy under the system of this name. */
  readonly failing = new Set<string>();
  unhealthy: ReadonlySet<string> = new Set();
  cameBySsh = false;
  /** Before which call it is killed; counted from 0. */
  killAt = Infinity;

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  addSystem(name: string, system: PretendSystem): string {
    const toplevel = join(this.folder, name);
    this.#systems.set(toplevel, system);
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(toplevel, path)), { recursive: true });
      writeFileSync(join(toplevel, path), text);
    };
    write("init-interface-version", system.init ?? "systemd 2");
    for (const [unit, text] of Object.entries(system.units)) write(`etc/systemd/system/${unit}`, text);
    return toplevel;
  }

  /** The machine starts what its boot loader says. */
  start(toplevel = this.bootDefault): void {
    this.bootDefault = toplevel;
    this.boot++;
    this.killAt = Infinity;
    this.pending = { start: [], restart: [], reload: [] };
    this.running = new Map();
    this.#activate(toplevel);
    this.#loaded = this.#systems.get(toplevel)?.units ?? {};
    for (const unit of Object.keys(this.#loaded)) this.#startUnit(unit);
  }

  get current(): string {
    return readlinkSync(join(this.folder, "current-system"));
  }

  /** What runs, as `unit=text`. */
  describe(): string[] {
    return [...this.running]
      .map(([unit, { state, text }]) => `${unit}=${state === "active" ? text : state}`)
      .toSorted();
  }

  task(toplevel: string, more: Partial<SwitchTask> = {}, checks: readonly string[] = []): SwitchTask {
    const generation = `generation of ${toplevel}`;
    const isNew = !this.generations.has(generation);
    this.generations.add(generation);
    const description: SwitchDescription = {
      program: "",
      installBootLoader: "loader",
      preSwitchCheck: "pre-switch-check",
      rollback: true,
      healthChecks: checks.map((unit): HealthCheck => ({ unit, script: unit, timeout: 1 })),
    };
    return {
      action: "switch",
      toplevel,
      description,
      profile: { path: "profile", generation, isNew },
      rollback: true,
      ...more,
    };
  }

  get world(): SwitchWorld {
    const store = { storeDir: this.folder, realStoreDir: this.folder };
    return {
      store,
      currentSystem: join(this.folder, "current-system"),
      manager: this.#manager(),
      pending: this.#pendingUnits(),
      journal: {
        read: () => this.journal,
        write: (record) => {
          this.#call(`journal ${record.phase}`);
          this.journal = record;
        },
        close: () => {
          this.#call("journal closed");
          this.journal = undefined;
        },
      },
      boot: String(this.boot),
      activate: (toplevel) => {
        this.#call(`activate ${this.#name(toplevel)}`);
        this.#activate(toplevel);
        return !this.failing.has("activate");
      },
      run: (program, [argument = ""]) => {
        this.#call(`${program} ${this.#name(argument)}`);
        if (this.failing.has(program)) return false;
        if (program === "loader") this.bootDefault = argument;
        return true;
      },
      check: async (checks) => {
        this.#call(`check ${checks.map(({ unit }) => unit).join(" ")}`);
        const failed = checks.filter(({ unit }) => this.unhealthy.has(this.running.get(unit)?.text ?? ""));
        return await Promise.resolve(failed.map((check): FailedCheck => ({ check, reason: "no answer" })));
      },
      sshSession: this.cameBySsh ? { address: "10.0.0.1", port: 22 } : undefined,
      answersSsh: async () => await Promise.resolve(this.running.get("sshd.service")?.state === "active"),
      pause: async () => {
        for (const [unit, { text }] of this.running) {
          if (text.includes("dies")) this.running.set(unit, { state: "failed", text });
          if (text.includes("ends")) this.running.delete(unit);
        }
        await Promise.resolve();
      },
      syncStore: () => this.#call("sync"),
      moveProfile: (_, generation) => {
        this.#call("profile");
        this.profile = generation;
      },
      removeGeneration: (generation) => {
        this.#call("remove generation");
        this.generations.delete(generation);
      },
      say: (line) => this.said.push(line.replaceAll(`${this.folder}/`, "")),
    };
  }

  #name(text: string): string {
    return text.replace(`${this.folder}/`, "");
  }

  #call(what: string): void {
    if (this.calls.length >= this.killAt) throw new Killed(what);
    this.calls.push(what);
  }

  #activate(toplevel: string): void {
    rmSync(join(this.folder, "current-system"), { force: true });
    symlinkSync(toplevel, join(this.folder, "current-system"));
  }

  #startUnit(unit: string): boolean {
    const text = this.#loaded[unit];
    if (text === undefined) return false;
    if (this.running.get(unit)?.state === "active") return true;
    this.running.set(unit, { state: text.includes("fails") ? "failed" : "active", text });
    return !text.includes("fails");
  }

  #manager(): ServiceManager {
    return {
      units: async () => {
        const running = [...this.running].map(
          ([unit, { state }]) => [unit, { state, fragmentPath: `/etc/systemd/system/${unit}` }] as const,
        );
        return await Promise.resolve({ running: new Map(running), hasJobs: false });
      },
      command: (command, units) => {
        if (units.length === 0) return true;
        this.#call(`${command} ${units.join(" ")}`);
        const results = units.map((unit) => {
          if (command === "stop" || command === "restart") this.running.delete(unit);
          if (unit.endsWith(".target") && command === "start") {
            for (const wanted of Object.keys(this.#loaded)) this.#startUnit(wanted);
          }
          return command === "stop" || command === "reload" || this.#startUnit(unit);
        });
        return results.every(Boolean);
      },
      reexecute: () => true,
      readFilesAt: async () => await Promise.resolve(undefined),
      filesChangedSince: () => this.#loaded !== this.#systems.get(this.current)?.units,
      reloadFiles: () => {
        this.#call("daemon-reload");
        this.#loaded = this.#systems.get(this.current)?.units ?? {};
        return true;
      },
      forgetFailures: () => {
        for (const [unit, { state }] of this.running) if (state === "failed") this.running.delete(unit);
      },
      createTemporaryFiles: () => true,
      reloadUserManagers: () => [],
      stopSwap: () => true,
      status: (unit) => `${unit} is failed`,
    };
  }

  #pendingUnits(): PendingUnits {
    return {
      read: (kind) => [...new Set(this.pending[kind])],
      add: (kind, units) => {
        this.pending[kind] = [...this.pending[kind], ...units];
      },
      clear: (kind) => {
        this.pending[kind] = [];
      },
      takeAsked: () => [],
    };
  }
}
