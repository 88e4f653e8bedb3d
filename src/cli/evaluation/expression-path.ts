// A folder stands for the default.nix in it (Nix's resolveExprPath).

import { statSync } from "node:fs";
import type { FactRecorder } from "#facts";
import { errorCode, hostPath } from "#host";

/** A path that leads nowhere stays as it is, for the evaluator to say so. */
export function resolveExpressionPath(path: string, recorder: FactRecorder | undefined): string {
  try {
    const isFolder =
      recorder === undefined
        ? statSync(hostPath(path), { throwIfNoEntry: false })?.isDirectory() === true
        : recorder.lookBehind(path) === "directory";
    return isFolder ? `${path.replace(/\/$/, "")}/default.nix` : path;
  } catch (error) {
    if (errorCode(error) === "ELOOP") return path;
    throw error;
  }
}
