// Strings of the language hold no NUL; what comes from outside with one is refused.

import { EvalError, hint } from "../errors/index.ts";

export function nullByteInString(text: string): EvalError {
  // U+2400, the picture of NUL, in UTF-8.
  const shown = text.replaceAll("\0", "\xe2\x90\x80");
  return new EvalError(
    hint`input string '${shown}' cannot be represented as Nix string because it contains null bytes`,
  );
}
