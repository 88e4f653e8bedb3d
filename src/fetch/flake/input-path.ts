// Paths of inputs as people write them: `nixops/nixpkgs`.

import { FirnError } from "#formats";
import type { InputPath } from "./lock-node.ts";

/** Empty parts are left out. */
export function parseInputPath(text: string): InputPath {
  const parts = text.split("/").filter((part) => part !== "");
  for (const part of parts) if (!/^[a-zA-Z][a-zA-Z0-9_-]*$/.test(part)) throw invalidPart(part);
  return parts;
}

function invalidPart(part: string): FirnError {
  return new FirnError("usage", `invalid flake input attribute path element '${part}'`);
}
