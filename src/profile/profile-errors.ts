// What can be wrong with a profile, in Nix's words.

import { FirnError } from "#formats";

export function cannotDeleteCurrentGeneration(profile: string): FirnError {
  return new FirnError("current-generation", `cannot delete current version of profile "${profile}"`);
}

export function mustKeepOneGeneration(): FirnError {
  return new FirnError(
    "must-keep-generation",
    "Must keep at least one generation, otherwise the current one would be deleted",
  );
}

export function generationDoesNotExist(number: number): FirnError {
  return new FirnError("generation-not-found", `profile version ${number} does not exist`);
}

export function noOlderGeneration(current: number): FirnError {
  return new FirnError("no-older-generation", `no profile version older than the current (${current}) exists`);
}

export function incompatibleProfile(profile: string): FirnError {
  return new FirnError(
    "incompatible-profile",
    `profile "${profile}" is incompatible with 'nix-env'; please use 'nix profile' instead`,
  );
}

export function selectorMatchesNothing(selector: string, similar: readonly string[], hint?: string): FirnError {
  const suggestion = similar.length === 0 ? "" : `, maybe you meant:${similar.map((name) => `\n${name}`).join("")}`;
  return new FirnError(
    "selector-matches-nothing",
    `selector '${selector}' matches no derivations${suggestion}`,
    hint === undefined ? {} : { hint },
  );
}
