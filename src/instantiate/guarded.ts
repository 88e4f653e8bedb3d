import { asLanguageError } from "#language";

/** Runs a call of another room so that its errors are errors of the language. */
export function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asLanguageError(error);
  }
}
