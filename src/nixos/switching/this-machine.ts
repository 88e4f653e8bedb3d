// The machine that this program runs on, as a switch sees it.

import { spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { posix } from "node:path";
import { FirnError, fromByteString } from "#formats";
import { type FileLock, hostPath, lockFile, syncFileSystemOf } from "#host";
import { switchLink } from "#profile";
import type { StorePlace } from "../store-links.ts";
import { runHealthChecks } from "./health-checks.ts";
import { pendingUnitsIn } from "./pending-units.ts";
import { answersSsh, findSshSession } from "./ssh-session.ts";
import { systemdOf } from "./service-manager.ts";
import { currentBoot, switchJournalAt } from "./switch-journal.ts";
import type { SwitchWorld } from "./switch-system.ts";

export const currentSystem = "/run/current-system";

interface MachineOptions {
  readonly store: StorePlace;
  readonly say: (line: string) => void;
  /** The boot loader itself is installed, and not only its menu. */
  readonly installBootLoader: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function thisMachine({ store, say, installBootLoader, environment }: MachineOptions): SwitchWorld {
  const variables = { ...environment, ...(installBootLoader ? { NIXOS_INSTALL_BOOTLOADER: "1" } : {}) };
  const skips = (name: string): boolean => environment[name] === "1";
  return {
    store,
    say,
    currentSystem,
    manager: systemdOf(`${currentSystem}/sw/bin`),
    pending: pendingUnitsIn("/run/nixos"),
    journal: switchJournalAt("/var/lib/nixos/switch-journal.json"),
    boot: currentBoot(),
    activate: (toplevel, action) => runToItsEnd(`${toplevel}/activate`, [], { ...environment, NIXOS_ACTION: action }),
    run: (program, args) => runToItsEnd(program, args, variables),
    check: runHealthChecks,
    sshSession: findSshSession(environment["SSH_CONNECTION"]),
    answersSsh,
    pause: (milliseconds) => pause(milliseconds),
    syncStore: () => {
      if (!skips("NIXOS_NO_SYNC")) syncFileSystemOf(store.realStoreDir);
    },
    moveProfile: (profile, generation) => {
      switchLink(profile, generation);
      syncFileSystemOf(posix.dirname(profile));
    },
    removeGeneration: (generation) => rmSync(hostPath(generation), { force: true }),
  };
}

/** What prints to this process's own output, and goes on when the terminal is closed. */
function runToItsEnd(program: string, args: readonly string[], env: MachineOptions["environment"]): boolean {
  const words = ["--ignore-signal=HUP", "--", program, ...args].map(fromByteString);
  return (
    spawnSync(`${currentSystem}/sw/bin/env`, words, { stdio: ["ignore", "inherit", "inherit"], env: { ...env } })
      .status === 0
  );
}

/** Throws when this machine cannot be switched, or is being switched by another program. */
export function lockMachine(): FileLock {
  if (process.geteuid?.() !== 0) throw mustBeRoot();
  if (!existsSync("/etc/NIXOS")) throw notNixOS();
  mkdirSync("/run/nixos", { recursive: true });
  const lock = lockFile("/run/nixos/switch-to-configuration.lock", "exclusive", { wait: false });
  if (lock === undefined) throw switchRuns();
  return lock;
}

function mustBeRoot(): FirnError {
  return new FirnError("must-be-root", "Only root can switch the system", { hint: "Try it with `sudo`." });
}

function notNixOS(): FirnError {
  return new FirnError("not-nixos", "This is not a NixOS installation: there is no /etc/NIXOS");
}

function switchRuns(): FirnError {
  return new FirnError("switch-runs", "Could not acquire lock: another switch of this machine is running");
}
