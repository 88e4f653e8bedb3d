import type { EvaluationStore } from "#store";

/** Where a path's bytes lie: those of a chroot store's objects are elsewhere than their names say. Byte strings. */
export function locatePath({ storeDir, realStoreDir }: EvaluationStore, path: string): string {
  if (realStoreDir === storeDir || !path.startsWith(`${storeDir}/`)) return path;
  return realStoreDir + path.slice(storeDir.length);
}
