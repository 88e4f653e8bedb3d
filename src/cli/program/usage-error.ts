// Mistakes on the command line. They end with status 1 and with the line that tells where help is (Nix's UsageError).

import { UsageError } from "#formats";

export { UsageError };

export function missingArgument(flag: string): UsageError {
  return new UsageError(`'${flag}' requires an argument`);
}

export function unrecognisedFlag(flag: string): UsageError {
  return new UsageError(`unrecognised flag '${flag}'`);
}

export function unknownFlag(flag: string): UsageError {
  return new UsageError(`unknown flag '${flag}'`);
}

export function unexpectedArgument(argument: string): UsageError {
  return new UsageError(`unexpected argument '${argument}'`);
}
