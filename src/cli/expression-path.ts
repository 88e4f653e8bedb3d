import { statSync } from "node:fs";
import type { FactRecorder } from "#facts";
import { hostPath } from "#host";

/** A folder stands for the default.nix in it (Nix's resolveExprPath). */
export function resolveExpressionPath(path: string, recorder: FactRecorder | undefined): string {
  const isFolder =
    recorder === undefined
      ? statSync(hostPath(path), { throwIfNoEntry: false })?.isDirectory() === true
      : recorder.lookBehind(path) === "directory";
  return isFolder ? `${path.replace(/\/$/, "")}/default.nix` : path;
}
