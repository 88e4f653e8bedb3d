// The running machine's systemd, as far as a switch asks and commands it, by systemctl. Commands print what went wrong
// themselves, on standard error.

import { execFile, spawnSync, type SpawnSyncOptions } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { FirnError } from "#formats";
import { listUnits, parseUnitList, type UnitList } from "./running-units.ts";

type UnitCommand = "stop" | "start" | "restart" | "reload";

/** What is asked begins at once, and goes on while the caller does something else; it need not be waited for. */
export interface ServiceManager {
  /** All units that are not inactive. */
  units(): Promise<UnitList>;
  /** One command for all of `units`; returns when their jobs are done. False when one of them failed. */
  command(command: UnitCommand, units: readonly string[]): boolean;
  /** The manager's program, or its own configuration, is read anew. */
  reexecute(): boolean;
  /** When it last began to read its unit files, in milliseconds; undefined when it does not say. */
  readFilesAt(): Promise<number | undefined>;
  /** Whether a unit file was written after that. What cannot be told counts as written. */
  filesChangedSince(time: number | undefined): boolean;
  /** All unit files are read anew. */
  reloadFiles(): boolean;
  forgetFailures(): void;
  /** Files in /var, /run and so on that tmpfiles.d names. */
  createTemporaryFiles(): boolean;
  /** The managers of users who are logged in read their units anew. Names those where it failed. */
  reloadUserManagers(): readonly string[];
  stopSwap(device: string): boolean;
  /** What systemd says of a unit, with the last lines of its journal. */
  status(unit: string): string;
}

/** `programs`: the folder with systemctl and its kin, of the system that runs. */
export function systemdOf(programs: string): ServiceManager {
  const inherit: SpawnSyncOptions = { stdio: ["ignore", "inherit", "inherit"] };
  const run = (program: string, ...args: readonly string[]): boolean =>
    spawnSync(`${programs}/${program}`, args, inherit).status === 0;
  const read = async (...args: readonly string[]): Promise<string> =>
    await new Promise((resolve, reject) => {
      const options = { encoding: "latin1", maxBuffer: 2 ** 28 } as const;
      execFile(`${programs}/systemctl`, args, options, (error, stdout, stderr) => {
        if (stdout !== "") resolve(stdout);
        else if (stderr !== "") reject(noServiceManager(stderr.trim()));
        else reject(noServiceManager(`systemctl: ${error?.message ?? "no answer"}`));
      });
    });
  return {
    units: () => askedAhead(read(...listUnits).then(parseUnitList)),
    command: (command, units) => units.length === 0 || run("systemctl", command, "--", ...units),
    reexecute: () => run("systemctl", "daemon-reexec"),
    readFilesAt: () => {
      const properties = "--property=UnitsLoadStartTimestamp,UnitsLoadTimestamp";
      return askedAhead(read("show", properties, "--timestamp=us+utc").then(lastRead));
    },
    filesChangedSince: (time) => time === undefined || lastChange(unitFolders) + clockStep >= time,
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
    status: (unit) => {
      const options = { encoding: "utf8", maxBuffer: 2 ** 24 } as const;
      const words = ["status", "--no-pager", "--full", "--lines=15", "--", unit];
      return spawnSync(`${programs}/systemctl`, words, options).stdout.trimEnd();
    },
  };
}

/** A failure is told to those who wait for the answer, and to nobody when none does. */
function askedAhead<Answer>(answer: Promise<Answer>): Promise<Answer> {
  answer.catch(() => {});
  return answer;
}

/** How far the time of a change may lie behind the clock, in milliseconds. */
const clockStep = 10;

/**
 * When systemd last began to read its files, in milliseconds, by what it says of these two properties: the first is of the
 * machine's start, the second of later times.
 */
export function lastRead(properties: string): number | undefined {
  const times = [...properties.matchAll(/^UnitsLoad(?:Start)?Timestamp=\w+ ([\d-]+) ([\d:.]+) UTC$/gm)].map(
    ([, day, time]) => Date.parse(`${day}T${time}Z`),
  );
  return times.length === 0 ? undefined : Math.max(...times);
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
