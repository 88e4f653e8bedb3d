// The variants that a system declares: links in the folder `specialisation` of its toplevel.

import { followLinks, linkTarget, readFolder, type StorePlace } from "./store-links.ts";

/** Toplevels by name. */
export function readSpecialisations(toplevel: string, store: StorePlace): ReadonlyMap<string, string> {
  const folder = `${toplevel}/specialisation`;
  const place = followLinks(folder, store);
  return new Map(
    readFolder(folder, store).flatMap((name) => {
      const target = linkTarget(`${place}/${name}`);
      return target === undefined ? [] : [[name, target] as const];
    }),
  );
}
