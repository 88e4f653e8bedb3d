// firn disk: makes the disks of this machine what a configuration declares (`disko.devices`). `plan` only looks.

import type { DiskLayout } from "#nixos";
import { fromByteString, toByteString } from "#formats";
import { absolutePath } from "../../text/absolute-path.ts";
import { firstOf, flagTable, switchFlag, valueFlag } from "../../arguments/command-line.ts";
import { legacyFlags } from "../../arguments/common-flags.ts";
import { evalFlags } from "../../arguments/eval-flags.ts";
import { readProgramLine, type Asked } from "../../arguments/program-line.ts";
import { fallBackToCollection } from "../../evaluation/own-collection.ts";
import type { Command, Context } from "../../command.ts";
import { answerAsked } from "../../program/answer-asked.ts";
import { UsageError } from "../../program/usage-error.ts";
import type { LayoutSource } from "./read-layout.ts";

type Action = "plan" | "apply" | "mount";

interface DiskLine extends LayoutSource {
  /** What is asked instead. */
  asked: Asked | undefined;
  action: Action;
  readonly destroy: string[];
  json: boolean;
  /** The folder below which file systems are mounted. */
  root: string;
}

const actions: ReadonlySet<string> = new Set<Action>(["plan", "apply", "mount"]);

export const command: Command = {
  name: "firn disk",
  help: "firn/disk/disk.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    if (line.asked !== undefined) return answerAsked(command, line.asked, context);
    const { readLayout } = await import("./read-layout.ts");
    const layout = await readLayout(context, line);
    const nixos = await import("#nixos");
    const links = nixos.resolveDevices(layout);
    const destroy = new Set(line.destroy.map(nixos.resolveDevice));
    const plan = () => nixos.planDisks(layout, nixos.observeDisks(), { links, destroy });
    switch (line.action) {
      case "plan": {
        const found = plan();
        const { printPlan } = await import("./print-plan.ts");
        if (line.json) context.output.writeLine(toByteString(JSON.stringify(found, undefined, 2)));
        else printPlan(context, found);
        return found.problems.length > 0 ? 1 : 0;
      }
      case "apply": {
        const tell = (step: { readonly text: string }) => context.log.message("notice", `${step.text}...`);
        const done = nixos.makeDisks({ plan, run: nixos.runDiskCommand, tell });
        context.log.message("notice", done === 0 ? "the disks are as declared" : `the disks are as declared now`);
        return 0;
      }
      case "mount":
        return await mount(context, layout, line.root);
    }
  },
};

async function mount(context: Context, layout: DiskLayout, root: string): Promise<number> {
  const { observeDisks, planMounts, runDiskCommand, resolveDevices } = await import("#nixos");
  const { commands, missing } = planMounts(layout, observeDisks(), { links: resolveDevices(layout), root });
  for (const place of missing) context.log.message("error", `there is no device for ${place}; see 'firn disk plan'`);
  if (missing.length > 0) return 1;
  for (const one of commands) runDiskCommand(one);
  return 0;
}

function readCommandLine(words: readonly string[], context: Context): DiskLine {
  const line: DiskLine = {
    asked: undefined,
    action: "plan",
    evaluation: evalFlags(),
    layout: undefined,
    system: undefined,
    file: undefined,
    destroy: [],
    json: false,
    root: "/mnt",
  };
  let action: string | undefined;
  const own = flagTable({
    "--layout": valueFlag((path) => (line.layout = absolutePath(path))),
    "--system": valueFlag((path) => (line.system = absolutePath(path))),
    "-f --file": valueFlag((path) => (line.file = path)),
    "--destroy": valueFlag((device) => line.destroy.push(fromByteString(device))),
    "--root": valueFlag((path) => (line.root = fromByteString(absolutePath(path)))),
    "--json": switchFlag(() => (line.json = true)),
  });
  const takeArgument = (word: string): boolean => {
    if (action !== undefined || word.startsWith("-")) return false;
    if (!actions.has(word)) throw new UsageError(`'${word}' is not plan, apply or mount`);
    action = word;
    return true;
  };
  const flags = firstOf(own, line.evaluation.lookup, legacyFlags(context));
  line.asked = readProgramLine(words, { flags, takeArgument }).asked;
  if (line.asked !== undefined) return line;
  if (action === undefined) throw new UsageError("say what to do: plan, apply or mount");
  line.action = action as Action;
  if (line.json && action !== "plan") throw new UsageError(`'--json' does not go with '${action}'`);
  if (line.destroy.length > 0 && action === "mount") throw new UsageError(`'--destroy' does not go with 'mount'`);
  fallBackToCollection(context, line.evaluation);
  return line;
}
