// The builders that are part of the program: `builtin:fetchurl`, `builtin:buildenv`. They run in this process, but write
// where a sandboxed builder would, and what they wrote is checked and registered in the same way.

import { FirnError, toByteString } from "#formats";
import type { Derivation, StorePath } from "#formats";
import { describeSystemError, diskFullHint, isDiskFull } from "#host";
import type { DerivationBuild } from "./build-derivation.ts";
import type { RunningBuilder } from "./builder-process.ts";
import { buildEnvironmentFromDerivation } from "./builtin-buildenv.ts";
import type { BuiltinContext } from "./builtin-context.ts";
import { fetchUrl } from "./builtin-fetchurl.ts";
import type { OutputState } from "./register-outputs.ts";

export type BuiltinBuilder = (context: BuiltinContext) => Promise<void> | void;

const builders: ReadonlyMap<string, BuiltinBuilder> = new Map([
  ["builtin:fetchurl", fetchUrl],
  ["builtin:buildenv", buildEnvironmentFromDerivation],
]);

/** Undefined for a derivation whose builder is a program; an unknown builtin fails as a builder does, not here. */
export function findBuiltinBuilder(derivation: Derivation): BuiltinBuilder | undefined {
  const { builder } = derivation;
  if (!builder.startsWith("builtin:")) return undefined;
  return builders.get(builder) ?? (() => unsupportedBuiltin(builder));
}

/** Runs a builtin as if it were a process: its error, perhaps with a hint, ends the log, and then exit code 1. */
export function startBuiltin(
  builtin: BuiltinBuilder,
  build: DerivationBuild,
  { outputs, inputPaths }: { readonly outputs: readonly OutputState[]; readonly inputPaths: ReadonlySet<StorePath> },
  onOutput: (bytes: Uint8Array) => void,
): RunningBuilder {
  const cancellation = new AbortController();
  const log = (line: string): void => onOutput(Buffer.from(`${line}\n`, "latin1"));
  const run = async (): Promise<void> => {
    await builtin({
      ...build,
      outputs: new Map(outputs.map(({ name, actualPath }) => [name, actualPath])),
      inputPaths,
      log,
      signal: cancellation.signal,
    });
  };
  const finished = run().then(
    () => ({ kind: "exit", code: 0 }) as const,
    (error: unknown) => {
      if (cancellation.signal.aborted) return { kind: "signal", signal: "SIGKILL" } as const;
      const message = toByteString(error instanceof Error ? describeSystemError(error) : String(error));
      log(`error: ${message.replaceAll(/\n(?!\n)/g, `\n${" ".repeat("error: ".length)}`)}`);
      const hint = error instanceof FirnError ? error.hint : isDiskFull(error) ? diskFullHint : undefined;
      if (hint !== undefined) log(`hint: ${hint}`);
      return { kind: "exit", code: 1 } as const;
    },
  );
  return { finished, kill: () => cancellation.abort() };
}

function unsupportedBuiltin(builder: string): never {
  throw new Error(`unsupported builtin builder '${builder.slice("builtin:".length)}'`);
}
