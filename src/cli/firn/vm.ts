// firn vm: a configuration as a virtual machine in this terminal: locks the archive where that was never done, builds the
// machine and runs it, with no root and no QEMU of the host's. Its disk is kept in the user's data folder.

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { FirnError, fromByteString, parseStorePath, toByteString } from "#formats";
import { hostPath } from "#host";
import { readMachineSpec } from "#nixos";
import { absolutePath } from "../text/absolute-path.ts";
import { firstOf, flagTable, switchFlag, valueFlag, type Flag } from "../arguments/command-line.ts";
import { legacyFlags } from "../arguments/common-flags.ts";
import { evalFlags, type EvalFlags } from "../arguments/eval-flags.ts";
import { collectionFolder, firnData, lockDirectory } from "../evaluation/collection.ts";
import { collectWords, readProgramLine, type Asked } from "../arguments/program-line.ts";
import type { Command, Context } from "../command.ts";
import { answerAsked } from "../program/answer-asked.ts";
import { build } from "../nix-build/nix-build.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import { UsageError } from "../program/usage-error.ts";
import { command as lockCommand } from "./lock.ts";
import { runSeeingStore } from "./run-seeing-store.ts";

interface MachineLine {
  readonly evaluation: EvalFlags;
  readonly files: string[];
  /** Of QEMU's user network: `hostfwd=tcp::HOST-:GUEST`. */
  readonly forwarded: string[];
  /** Behind `--`, for QEMU. */
  qemu: readonly string[];
  lock: string;
  fresh: boolean;
  /** What is asked instead. */
  asked: Asked | undefined;
}

export const command: Command = {
  name: "firn vm",
  help: "firn/vm.md",
  async run(words, context) {
    const line = readLine(words, context);
    if (line.asked !== undefined) return answerAsked(command, line.asked, context);
    const configuration = findConfiguration(line.files);
    if (!existsSync(hostPath(`${line.lock}/index.json`))) {
      context.log.message("notice", "this user has no lock of the archive yet; making it, as `firn lock` does");
      await lockCommand.run(["--output", line.lock], context);
    }
    const store = openLocalStoreOf(context);
    store.beginWriting();
    const { autoArguments } = line.evaluation;
    autoArguments.set("lock", { kind: "string", text: line.lock });
    autoArguments.set("configuration", { kind: "string", text: configuration });
    const [machine = ""] = await build(context, store, {
      evaluation: line.evaluation,
      words: [`${collectionFolder()}/nixos.nix`],
      attrPaths: ["vm"],
      fromWords: false,
      fromStdin: false,
      outLink: undefined,
      dryRun: false,
      mode: "normal",
    });
    store.addTempRoot(parseStorePath(store.storeDir, machine));
    const { name } = readMachineSpec(fromByteString(machine), fromByteString(store.layout.root ?? ""));
    const disk = join(firnData(context.environment), "machines", `${name}.raw`);
    if (line.fresh) rmSync(disk, { force: true });
    mkdirSync(dirname(disk), { recursive: true });
    context.log.message("notice", "starting the machine; Ctrl-a x ends it, and its disk is kept");
    return await runSeeingStore(context, store, [toByteString(`${machine}/bin/run-${name}-vm`), ...line.qemu], {
      ...context.environment,
      NIX_DISK_IMAGE: disk,
      QEMU_NET_OPTS: [context.environment["QEMU_NET_OPTS"] ?? "", ...line.forwarded].filter(Boolean).join(","),
    });
  },
};

function readLine(words: readonly string[], context: Context): MachineLine {
  const line: MachineLine = {
    evaluation: evalFlags(),
    files: [],
    forwarded: [],
    qemu: [],
    lock: lockDirectory(context),
    fresh: false,
    asked: undefined,
  };
  const own: Readonly<Record<string, Flag>> = {
    "--lock": valueFlag((path) => (line.lock = absolutePath(path))),
    "-p --forward": valueFlag((ports) => line.forwarded.push(forwardOf(ports))),
    "--fresh": switchFlag(() => (line.fresh = true)),
  };
  const flags = firstOf(flagTable(own), line.evaluation.lookup, legacyFlags(context));
  const { asked, behind } = readProgramLine(words, {
    flags,
    takeArgument: collectWords(line.files),
    runsProgram: true,
  });
  line.asked = asked;
  line.qemu = behind;
  return line;
}

function forwardOf(ports: string): string {
  const [, host, guest] = /^(\d+):(\d+)$/.exec(ports) ?? [];
  if (host === undefined || Number(host) > 65_535 || Number(guest) > 65_535)
    throw new UsageError(`'${ports}' is not HOST:GUEST, two numbers of ports such as 8080:80`);
  return `hostfwd=tcp:127.0.0.1:${host}-:${guest}`;
}

/** As a byte string, absolute. */
function findConfiguration(files: readonly string[]): string {
  if (files.length > 1) throw new UsageError("a machine has one configuration; let it import the others");
  const file = absolutePath(files[0] ?? "configuration.nix");
  if (existsSync(hostPath(file))) return file;
  throw new FirnError("no-configuration", `there is no configuration '${file}'`, {
    hint: "Name one: firn vm collection/examples/phenex/configuration.nix",
  });
}
