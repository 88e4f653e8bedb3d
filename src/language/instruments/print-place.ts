// Positions as traces of calls print them: one that is not known has a name too.

import { isKnownPosition, printPosition } from "../errors/index.ts";
import type { Evaluator } from "../machine/evaluator.ts";
import type { Pos } from "../values/position.ts";

export function printPlace(evaluator: Evaluator, pos: Pos): string {
  const position = evaluator.position(pos);
  return isKnownPosition(position) ? printPosition(position) : "\xc2\xabnone\xc2\xbb:0";
}
