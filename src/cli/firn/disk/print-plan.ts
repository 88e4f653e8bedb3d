// A plan for disks, as a person reads it before saying yes.

import { toByteString } from "#formats";
import { type DiskPlan, printCommand } from "#nixos";
import type { Context } from "../../command.ts";

export function printPlan({ output }: Context, { steps, problems, notes, isPartial }: DiskPlan): void {
  const say = (text: string) => output.writeLine(toByteString(text));
  if (steps.length === 0 && problems.length === 0) say("The disks are as declared.");
  for (const { text, commands, destroys } of steps) {
    say(`* ${text}`);
    if (destroys !== undefined) say(`  LOST: ${destroys.what} on ${destroys.device}`);
    for (const command of commands) {
      const line = printCommand(command).split("\n")[0] ?? "";
      say(`    ${line}`);
      for (const input of command.stdin?.trimEnd().split("\n") ?? []) say(`      < ${input}`);
    }
  }
  for (const note of notes) say(`note: ${note}`);
  if (isPartial && steps.length > 0) say("note: there may be more to do when this is done");
  for (const problem of problems) say(`in the way: ${problem}`);
}
