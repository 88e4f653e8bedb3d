// The running machine's systemd, as far as a switch asks and commands it, by systemctl. Commands print what went wrong
// themselves, on standard error.

import { spawnSync, type SpawnSyncOptions } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { FirnError } from "#formats";
import { listUnits, parseUnitList, type RunningUnits } from "./running-units.ts";

type UnitCommand = "stop" | "start" | "restart" | "reload";

export interface ServiceManager {
  /** All units that are not inactive. */
  units(): RunningUnits;
  /** One command for all of `units`; returns when their jobs are done. False when one of them failed. */
  command(command: UnitCommand, units: readonly string[]): boolean;
  /** The manager's program, or its own configuration, is read anew. */
  reexecute(): boolean;
  /** Whether no unit file was written since they were read. What cannot be told counts as written. */
  hasReadFiles(): boolean;
  /** All unit files are read anew. */
  reloadFiles(): boolean;
  forgetFailures(): void;
  /** Files in /var, /run and so on that tmpfiles.d names. */
  createTemporaryFiles(): boolean;
  /** The managers of users who are logged in read their units anew. Names those where it failed. */
  reloadUserManagers(): readonly string[];
  stopSwap(device: string): boolean;
  hasJobs(): boolean;
  /** What systemd says of a unit, with the last lines of its journal. */
  status(unit: string): string;
}

/** `programs`: the folder with systemctl and its kin, of the system that runs. */
export function systemdOf(programs: string): ServiceManager {
  const inherit: SpawnSyncOptions = { stdio: ["ignore", "inherit", "inherit"] };
  const run = (program: string, ...args: readonly string[]): boolean =>
    spawnSync(`${programs}/${program}`, args, inherit).status === 0;
  const read = (program: string, ...args: readonly string[]): string => {
    const options = { encoding: "latin1", maxBuffer: 2 ** 28 } as const;
    const { stdout, stderr, error } = spawnSync(`${programs}/${program}`, args, options);
    if (error !== undefined) throw noServiceManager(`${program}: ${error.message}`);
    if (stdout === "" && stderr !== "") throw noServiceManager(stderr.trim());
    return stdout;
  };
  return {
    units: () => parseUnitList(read("systemctl", ...listUnits)),
    command: (command, units) => units.length === 0 || run("systemctl", command, "--", ...units),
    reexecute: () => run("systemctl", "daemon-reexec"),
    hasReadFiles: () => {
      const words = ["show", "--property=UnitsLoadTimestamp", "--timestamp=unix"];
      const second = /^UnitsLoadTimestamp=@(\d+)$/m.exec(read("systemctl", ...words))?.[1];
      return second !== undefined && lastChange(unitFolders) < Number(second) * 1000;
    },
    reloadFiles: () => run("systemctl", "daemon-reload"),
    forgetFailures: () => void run("systemctl", "reset-failed"),
    createTemporaryFiles: () => {
      // 65 and 73: a line could not be read or carried out, which tmpfiles has told, and which is no failed switch.
      const { status } = spawnSync(
        `${programs}/systemd-tmpfiles`,
        ["--create", "--remove", "--exclude-prefix=/dev"],
        inherit,
      );
      return status === 0 || status === 65 || status === 73;
    },
    reloadUserManagers: () => {
      const failed: string[] = [];
      for (const user of usersWithManager()) {
        const options = {
          ...inherit,
          uid: user.uid,
          gid: user.gid,
          env: { ...process.env, XDG_RUNTIME_DIR: `/run/user/${user.uid}` },
        };
        const { status } = spawnSync(`${programs}/systemctl`, ["--user", "daemon-reexec"], options);
        if (status !== 0) failed.push(user.name);
      }
      return failed;
    },
    stopSwap: (device) => run("swapoff", device),
    hasJobs: () => read("systemctl", "list-jobs", "--no-legend", "--plain").trim() !== "",
    status: (unit) => {
      const options = { encoding: "utf8", maxBuffer: 2 ** 24 } as const;
      const words = ["status", "--no-pager", "--full", "--lines=15", "--", unit];
      return spawnSync(`${programs}/systemctl`, words, options).stdout.trimEnd();
    },
  };
}

/** What unit files are found through: the link that each system has changed, and the folders that others write to. */
const unitFolders = [
  "/etc/static",
  "/etc/systemd/system",
  "/etc/systemd/system.control",
  "/run/systemd/system",
  "/run/systemd/system.control",
];

/** When the youngest of these was changed, with all that lies in them, in milliseconds. Links are not followed. */
export function lastChange(paths: readonly string[]): number {
  const times = paths.map((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return 0;
    const inside = stats.isDirectory() ? lastChange(readdirSync(path).map((name) => `${path}/${name}`)) : 0;
    return Math.max(stats.ctimeMs, inside);
  });
  return Math.max(0, ...times);
}

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

function usersWithManager(): User[] {
  const accounts = existsSync("/run/user") ? readFileSync("/etc/passwd", "latin1").split("\n") : [];
  return accounts.flatMap((line) => {
    const [name = "", , uid, gid] = line.split(":");
    if (!existsSync(`/run/user/${uid}/systemd/private`)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

function noServiceManager(reason: string): FirnError {
  return new FirnError("no-service-manager", `systemd does not answer: ${reason}`);
}
