// `--specialisation NAME`: a variant that the system declares stands for the system.

import { FirnError } from "#formats";
import { readSpecialisations } from "#nixos";
import type { LocalStore } from "#store";

/** The toplevel of the variant; of the system itself when no name is given. */
export function variantOf(toplevel: string, name: string | undefined, store: LocalStore): string {
  if (name === undefined) return toplevel;
  const variants = readSpecialisations(toplevel, store);
  const variant = variants.get(name);
  if (variant === undefined) throw noVariant(name, [...variants.keys()]);
  return variant;
}

function noVariant(name: string, variants: readonly string[]): FirnError {
  return new FirnError("no-such-specialisation", `the system has no specialisation '${name}'`, {
    hint: variants.length === 0 ? "It has none at all." : `It has ${variants.join(", ")}.`,
  });
}
