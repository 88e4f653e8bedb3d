// Whether this machine lets this user make namespaces: kernels, containers and AppArmor may forbid it, and only trying tells.

import { spawnSync } from "node:child_process";

/** True when `unshare --user --mount` works here. Starts a process, so ask once. */
export function canUseUserNamespaces(): boolean {
  const tried = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"], { stdio: "ignore" });
  return tried.status === 0;
}
