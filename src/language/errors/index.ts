// Errors of the language: their families, their places in source text, and how a user sees them.

export * from "./base-error.ts";
export * from "./eval-errors.ts";
export * from "./hint.ts";
export * from "./position.ts";
export * from "./render-error.ts";
export * from "./suggestions.ts";
