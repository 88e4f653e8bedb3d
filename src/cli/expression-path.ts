import { statSync } from "node:fs";
import { hostPath } from "#host";

/** A folder stands for the default.nix in it (Nix's resolveExprPath). */
export function resolveExpressionPath(path: string): string {
  const status = statSync(hostPath(path), { throwIfNoEntry: false });
  return status?.isDirectory() === true ? `${path.replace(/\/$/, "")}/default.nix` : path;
}
