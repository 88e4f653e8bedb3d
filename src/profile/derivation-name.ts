// Derivation names as nix-env reads them: `apache-httpd-2.0.48` is the name `apache-httpd` and the version `2.0.48`, parted
// at the first dash that no letter follows (Nix's DrvName). As a selector the name is a POSIX extended regular expression
// that must match the whole name, `*` everything, and a version must be equal.

import { FirnError } from "#formats";
import { parsePackageName, Regex, RegexError } from "#language";

export interface DerivationName {
  readonly fullName: string;
  readonly name: string;
  readonly version: string;
}

export function parseDerivationName(fullName: string): DerivationName {
  return { fullName, ...parsePackageName(fullName) };
}

export interface Selector extends DerivationName {
  /** Throws when the name is no regular expression. */
  matches(name: DerivationName): boolean;
}

export function parseSelector(text: string): Selector {
  const parsed = parseDerivationName(text);
  let pattern: Regex | undefined;
  return {
    ...parsed,
    matches(other) {
      if (parsed.name !== "*") {
        pattern ??= compilePattern(parsed.name);
        if (pattern.matchWhole(other.name) === undefined) return false;
      }
      return parsed.version === "" || parsed.version === other.version;
    },
  };
}

function compilePattern(text: string): Regex {
  try {
    return new Regex(text);
  } catch (error) {
    if (error instanceof RegexError) throw invalidSelector(text);
    throw error;
  }
}

function invalidSelector(text: string): FirnError {
  return new FirnError("invalid-regular-expression", `invalid regular expression '${text}'`);
}
