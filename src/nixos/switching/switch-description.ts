// What a system says of how it is switched to: switch.json in its toplevel, written by
// collection/modules/system/activation/switchable-system.nix.

import { FirnError } from "#formats";
import { readText, type StorePlace } from "../store-links.ts";

export interface HealthCheck {
  /** As `nginx.service`. */
  readonly unit: string;
  /** A program that ends with 0 when the unit does what it is there for. */
  readonly script: string;
  /** How long it may take until it does, in seconds. */
  readonly timeout: number;
}

export interface SwitchDescription {
  /** Firn's package in that system, whose rules are those that it wants to be switched by. */
  readonly program: string;
  /** Called with the toplevel that the machine boots from now on; null where something else boots the machine. */
  readonly installBootLoader: string | null;
  /** Called with the old toplevel and the action before anything is done; null when nothing is to be checked. */
  readonly preSwitchCheck: string | null;
  /** Whether a switch that goes wrong is taken back. */
  readonly rollback: boolean;
  readonly healthChecks: readonly HealthCheck[];
}

/** Undefined for a system that Firn's modules did not make, or that is not meant to be switched to. */
export function readSwitchDescription(toplevel: string, store: StorePlace): SwitchDescription | undefined {
  const text = readText(`${toplevel}/switch.json`, store);
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (!isDescription(value)) throw unknownDescription(toplevel);
  return value;
}

function isDescription(value: unknown): value is SwitchDescription {
  if (!isRecord(value)) return false;
  const isTextOrNull = (field: unknown): boolean => field === null || typeof field === "string";
  return (
    typeof value["program"] === "string" &&
    isTextOrNull(value["installBootLoader"]) &&
    isTextOrNull(value["preSwitchCheck"]) &&
    typeof value["rollback"] === "boolean" &&
    Array.isArray(value["healthChecks"]) &&
    value["healthChecks"].every(
      (check: unknown) =>
        isRecord(check) &&
        typeof check["unit"] === "string" &&
        typeof check["script"] === "string" &&
        typeof check["timeout"] === "number",
    )
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function unknownDescription(toplevel: string): FirnError {
  return new FirnError(
    "unknown-switch-description",
    `'${toplevel}/switch.json' is not of a form that this Firn knows`,
    {
      hint: `The system's own program knows it: ${toplevel}/bin/switch-to-configuration`,
    },
  );
}
