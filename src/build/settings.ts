// The settings that building obeys, by the names of nix.conf turned into camel case, with Nix's defaults. Where Firn is
// stricter: `sandboxFallback` is off, so that a machine that cannot sandbox says so instead of building unprotected.

import { accessSync, constants } from "node:fs";
import { availableParallelism } from "node:os";

export type BuildMode =
  /** Builds what is not valid. */
  | "normal"
  /** Builds again what is valid, and compares. */
  | "check"
  /** Builds again what is missing or altered, and replaces it. */
  | "repair";

export interface BuildSettings {
  readonly mode: BuildMode;
  /** Builds that run at once on this machine; 0 forbids them. */
  readonly maxJobs: number;
  /** NIX_BUILD_CORES; 0 means all that this machine has. */
  readonly cores: number;
  readonly sandbox: boolean | "relaxed";
  /** Builds without a sandbox where none can be made, instead of failing. */
  readonly sandboxFallback: boolean;
  /** `path`, `path=source`, each with `?` at the end when it may be absent. */
  readonly sandboxPaths: readonly string[];
  /** Where the build's directory appears in the sandbox. */
  readonly sandboxBuildDir: string;
  /** Bytes, `50%`, or with a suffix k, m, g: the size of /dev/shm. */
  readonly sandboxDevShmSize: string;
  readonly filterSyscalls: boolean;
  /** Files of the host that `__impureHostDeps` may name. */
  readonly allowedImpureHostDeps: readonly string[];
  /** Where build directories are made; `<state dir>/builds` when absent. */
  readonly buildDir?: string;
  /** The group whose members run the builds of root; "" makes root's builds run as root mapped to the sandbox user. */
  readonly buildUsersGroup: string;
  readonly keepFailed: boolean;
  readonly keepGoing: boolean;
  /** Seconds; 0 is without end. */
  readonly timeout: number;
  /** Seconds without output; 0 is without end. */
  readonly maxSilentTime: number;
  /** Bytes; 0 is without end. */
  readonly maxBuildLogSize: number;
  /** How many of the last log lines an error quotes. */
  readonly logLines: number;
  /** Whether the user sees the builders' output as it comes, so that errors need not quote it. */
  readonly printBuildLogs: boolean;
  /** The command that an error recommends for the whole log. */
  readonly logCommand: string;
  readonly keepBuildLog: boolean;
  readonly system: string;
  readonly extraPlatforms: readonly string[];
  readonly systemFeatures: readonly string[];
  readonly substitute: boolean;
  readonly hashedMirrors: readonly string[];
  readonly downloadAttempts: number;
  /** Seconds. */
  readonly connectTimeout: number;
  /** A file of certificates that fixed-output builders see at /etc/ssl/certs/ca-certificates.crt. */
  readonly sslCertFile?: string;
  /** Where `impureEnvVars` come from: the environment of whoever asked. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export const defaultBuildSettings: BuildSettings = {
  mode: "normal",
  maxJobs: 1,
  cores: 0,
  sandbox: true,
  sandboxFallback: false,
  sandboxPaths: [],
  sandboxBuildDir: "/build",
  sandboxDevShmSize: "50%",
  filterSyscalls: true,
  allowedImpureHostDeps: [],
  buildUsersGroup: "",
  keepFailed: false,
  keepGoing: false,
  timeout: 0,
  maxSilentTime: 0,
  maxBuildLogSize: 0,
  logLines: 25,
  printBuildLogs: false,
  logCommand: "nix-store -l",
  keepBuildLog: true,
  system: currentSystem(),
  extraPlatforms: process.arch === "x64" ? ["i686-linux"] : [],
  systemFeatures: ["benchmark", "big-parallel", ...(canUseKvm() ? ["kvm"] : []), "nixos-test"],
  substitute: true,
  hashedMirrors: [],
  downloadAttempts: 5,
  connectTimeout: 15,
  environment: {},
};

/** The system of this machine as Nix names it, such as `x86_64-linux`. */
export function currentSystem(): string {
  const processors: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64", ia32: "i686" };
  return `${processors[process.arch] ?? process.arch}-${process.platform}`;
}

function canUseKvm(): boolean {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The number for NIX_BUILD_CORES. */
export function buildCores(settings: BuildSettings): number {
  return settings.cores === 0 ? availableParallelism() : settings.cores;
}
