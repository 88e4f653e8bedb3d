// The lock `<profile>.lock`, held while a profile is changed, so that two programs do not make the same generation.

import type { Emit } from "#formats";
import { lockPaths } from "#store";

export function withProfileLock<T>(profile: string, emit: Emit, change: () => T): T {
  const locks = lockPaths([profile], {
    onWait: () => emit({ kind: "message", level: "error", text: `waiting for lock on profile "${profile}"` }),
  });
  try {
    return change();
  } finally {
    locks?.release({ deleteFiles: true });
  }
}
