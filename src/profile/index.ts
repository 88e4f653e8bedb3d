// The door of profile: generations, user environments, what is installed, and the packages that a value holds.

export * from "./derivation-name.ts";
export * from "./generations.ts";
export * from "./get-derivations.ts";
export * from "./installed.ts";
export * from "./older-than.ts";
export * from "./package-info.ts";
export * from "./profile-errors.ts";
export * from "./profile-link.ts";
export * from "./profile-location.ts";
export * from "./profile-lock.ts";
export * from "./switch-environment.ts";
export * from "./user-environment.ts";
