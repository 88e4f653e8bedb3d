// `30d`: how long ago, as nix-env --delete-generations and nix-collect-garbage --delete-older-than take it.

import { FirnError } from "#formats";

/** Seconds since the epoch, so many days before `now` (Nix's parseOlderThanTimeSpec). */
export function parseOlderThan(text: string, now: number): number {
  if (!text.endsWith("d")) {
    throw invalidDays(`invalid number of days specifier '${text}', expected something like '14d'`);
  }
  const digits = text.slice(0, -1);
  const days = /^[0-9]{1,9}$/.test(digits) ? Number(digits) : 0;
  if (days < 1) throw invalidDays(`invalid number of days specifier '${text}'`);
  return now - days * 24 * 3600;
}

function invalidDays(message: string): FirnError {
  return new FirnError("usage", message);
}
