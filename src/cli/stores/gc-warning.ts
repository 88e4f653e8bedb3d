import type { Context } from "../command.ts";

/** Says, once in a run, that nothing keeps the result (Nix's printGCWarning). */
export function warnAboutCollection(context: Context): void {
  if (!context.switches.gcWarning) return;
  context.switches.gcWarning = false;
  const text = "you did not specify '--add-root'; the result might be removed by the garbage collector";
  context.log.message("warn", text);
}
