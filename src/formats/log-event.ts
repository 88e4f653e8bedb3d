// What rooms say while they work. They emit events and never print: only cli and web draw. The shape follows Nix's
// internal-json log (Logger::startActivity, stopActivity, result), so that it can be printed as such.

import type { StorePath } from "./store-path.ts";

export type Verbosity = "error" | "warn" | "notice" | "info" | "talkative" | "chatty" | "debug" | "vomit";

/** Nix's ActivityType. */
export type ActivityType =
  | "unknown"
  | "copyPath"
  | "fileTransfer"
  | "realise"
  | "copyPaths"
  | "builds"
  | "build"
  | "optimiseStore"
  | "verifyPaths"
  | "substitute"
  | "queryPathInfo"
  | "postBuildHook"
  | "buildWaiting"
  | "fetchTree";

export type LogEvent =
  | { readonly kind: "message"; readonly level: Verbosity; readonly text: string }
  | {
      readonly kind: "start";
      readonly id: number;
      readonly type: ActivityType;
      readonly text: string;
      readonly parent?: number;
      /** What the activity is about: a derivation being built, a path being copied. */
      readonly path?: StorePath;
    }
  | { readonly kind: "stop"; readonly id: number; readonly failed?: boolean }
  /** One line that a builder printed, without its newline. */
  | { readonly kind: "buildLogLine"; readonly id: number; readonly line: string }
  | { readonly kind: "phase"; readonly id: number; readonly phase: string }
  /** `done` and `expected` in the unit of the activity: bytes for transfers, counts for builds. */
  | {
      readonly kind: "progress";
      readonly id: number;
      readonly done: number;
      readonly expected: number;
      readonly running: number;
      readonly failed: number;
    };

export type Emit = (event: LogEvent) => void;
