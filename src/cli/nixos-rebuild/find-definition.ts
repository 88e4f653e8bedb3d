// Where a configuration asks for a service: evaluated only when that has failed, so that the person is shown the line to look at.

import { fromByteString, toByteString } from "#formats";
import type { Context } from "../command.ts";
import type { RebuildLine } from "./command-line.ts";

/** A line for each unit whose definition is found. An evaluation that fails tells nothing: there is enough to be told. */
export async function tellDefinitions(
  context: Context,
  line: RebuildLine,
  units: readonly string[],
): Promise<string[]> {
  try {
    const { systemValue } = await import("./find-system.ts");
    const { session, slot } = await systemValue(context, line, "definitionsOf");
    const { evaluator } = session;
    return units.flatMap((unit) => {
      const places = evaluator.forceString(evaluator.call1(slot, unit), "while looking for a definition");
      return places === "" ? [] : [toByteString(`${fromByteString(unit)} is asked for in ${fromByteString(places)}`)];
    });
  } catch {
    return [];
  }
}
