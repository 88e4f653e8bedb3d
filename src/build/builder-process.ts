// Runs a builder: bubblewrap around it, or the program itself where there is no sandbox. Its output comes from a
// pseudo-terminal, as in Nix. It is dead, with everything it started inside a sandbox, once `finished` settles or `kill`
// was called; if this process dies, the kernel kills the sandbox.

import { spawn } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import { ReadStream } from "node:tty";
import { byteStringToBytes, FirnError, fromByteString, toByteString } from "#formats";
import { errorCode, openMemoryFile, openPseudoTerminal, withBuilderSurroundings } from "#host";
import { prepareThenRun } from "./prepare-process.ts";
import type { Preparation } from "./prepare-process.ts";
import { bubblewrapMissing } from "./sandbox.ts";

export interface BuilderCommand {
  /** The options of bwrap; undefined runs the program by itself, in `cwd` with `environment`. */
  readonly sandboxOptions: readonly string[] | undefined;
  readonly program: string;
  readonly argv0: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly seccompFilter: Uint8Array | undefined;
  /** Whom the builder runs as outside the sandbox; undefined is this process's own user. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly thirtyTwoBit: boolean;
  /** What to do before bwrap; undefined for most. */
  readonly preparation: Preparation | undefined;
  /** Whether bwrap knows --argv0. */
  readonly canSetArgv0: boolean;
}

export type ExitStatus =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "signal"; readonly signal: string };

export interface RunningBuilder {
  readonly finished: Promise<ExitStatus>;
  /** Kills it and all that it started; `finished` settles then. */
  kill(): void;
}

/** Starts the builder; `onOutput` gets stdout and stderr, merged, as they come. */
export function startBuilder(command: BuilderCommand, onOutput: (bytes: Uint8Array) => void): RunningBuilder {
  const terminal = openPseudoTerminal();
  const opened: number[] = [terminal.slave];
  let child: ChildProcess;
  try {
    const inherited: number[] = [];
    const passFile = (name: string, bytes: Uint8Array): number => {
      const descriptor = openMemoryFile(name, bytes);
      opened.push(descriptor);
      inherited.push(descriptor);
      return 2 + inherited.length;
    };
    const [program, args] = commandLine(command, passFile);
    const options: SpawnOptions = {
      stdio: ["ignore", terminal.slave, terminal.slave, ...inherited],
      detached: true,
      ...(command.sandboxOptions === undefined
        ? {
            cwd: fromByteString(command.cwd),
            env: plainEnvironment(command.environment),
            argv0: fromByteString(command.argv0),
          }
        : { cwd: "/" }),
      ...(command.user === undefined ? {} : command.user),
    };
    child = withBuilderSurroundings({ thirtyTwoBit: command.thirtyTwoBit }, () => spawn(program, args, options));
  } catch (error) {
    closeSync(terminal.master);
    throw error;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
  const kill = (): void => killGroup(child.pid);
  if (command.sandboxOptions === undefined) return { kill, finished: follow(child, terminal.master, onOutput, kill) };
  const setup = new SetupMessages(command, onOutput);
  const finished = follow(child, terminal.master, (bytes) => setup.take(bytes), kill).then((status) => {
    setup.finish(status);
    return status;
  });
  return { kill, finished };
}

/** How bwrap begins what it says. */
const own = "bwrap: ";

/**
 * What bwrap says itself comes before anything of the builder: that it could not run the program, which Nix puts in other
 * words, or that it could not make the sandbox, which is no fault of the builder.
 */
class SetupMessages {
  readonly #command: BuilderCommand;
  readonly #onOutput: (bytes: Uint8Array) => void;
  /** The beginning of the output as long as it may still become a line of bwrap's; undefined afterwards. */
  #beginning: string | undefined = "";
  #complaint = "";

  constructor(command: BuilderCommand, onOutput: (bytes: Uint8Array) => void) {
    this.#command = command;
    this.#onOutput = onOutput;
  }

  take(bytes: Uint8Array): void {
    if (this.#beginning === undefined) {
      this.#onOutput(bytes);
      return;
    }
    this.#beginning += Buffer.from(bytes).toString("latin1");
    const mayGoOn =
      own.startsWith(this.#beginning) || (this.#beginning.startsWith(own) && !this.#beginning.includes("\n"));
    if (!mayGoOn) this.#passBeginningOn();
  }

  #passBeginningOn(): void {
    let text = this.#beginning ?? "";
    this.#beginning = undefined;
    const { program } = this.#command;
    const execFailed = `${own}execvp ${program}: `;
    if (text.startsWith(execFailed)) text = `error: executing '${program}': ${text.slice(execFailed.length)}`;
    else if (text.startsWith(own)) this.#complaint = text;
    if (text !== "") this.#onOutput(Buffer.from(text, "latin1"));
  }

  finish(status: ExitStatus): void {
    if (this.#beginning !== undefined) this.#passBeginningOn();
    if (this.#complaint !== "" && status.kind === "exit" && status.code === 1)
      throw sandboxFailed(this.#complaint.trim());
  }
}

function sandboxFailed(complaint: string): FirnError {
  return new FirnError("sandbox-failed", `while setting up the build environment: ${fromByteString(complaint)}`, {
    hint: "Sandboxes need user namespaces; see /proc/sys/user/max_user_namespaces and, on Ubuntu, kernel.apparmor_restrict_unprivileged_userns",
  });
}

/** `builder failed with …` (Nix's statusToString). */
export function describeExit(status: ExitStatus): string {
  switch (status.kind) {
    case "exit":
      return status.code === 0 ? "succeeded" : `failed with exit code ${status.code}`;
    case "signal": {
      const number = constants.signals[status.signal as keyof typeof constants.signals];
      return `failed due to signal ${number} (${status.signal})`;
    }
  }
}

function commandLine(
  command: BuilderCommand,
  passFile: (name: string, bytes: Uint8Array) => number,
): [string, string[]] {
  const { sandboxOptions, program, argv0, args } = command;
  if (sandboxOptions === undefined) return [fromByteString(program), args.map(fromByteString)];
  const options = [...sandboxOptions, ...(command.canSetArgv0 ? ["--argv0", argv0] : [])];
  const optionsDescriptor = passFile("bwrap-options", byteStringToBytes(options.map((word) => `${word}\0`).join("")));
  const words = ["--args", String(optionsDescriptor)];
  if (command.seccompFilter !== undefined) words.push("--seccomp", String(passFile("seccomp", command.seccompFilter)));
  const run = fitForNode(["bwrap", ...words, "--", program, ...args]);
  if (command.preparation === undefined) return [run[0] as string, run.slice(1)];
  const prepared = prepareThenRun(command.preparation, run, nextDescriptor(words));
  passFile("inputs", prepared.list);
  return [prepared.program, [...prepared.args]];
}

/** The descriptor that the next file gets: there is one for each option that names one. */
const nextDescriptor = (words: readonly string[]): number => 3 + words.length / 2;

/** A command that Node can start. It passes arguments as UTF-8 only; a shell's printf makes any byte. */
function fitForNode(command: readonly string[]): string[] {
  if (command.every(isUtf8)) return command.map(fromByteString);
  const variables = command.map((word, i) => {
    const octal = word
      .split("")
      .map((char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`)
      .join("");
    // The dot keeps newlines at the end from being stripped.
    return `w${i}=$(printf '${octal}.'); w${i}=\${w${i}%.}`;
  });
  const words = command.map((_, i) => `"$w${i}"`);
  return ["/bin/sh", "-c", [...variables, `exec ${words.join(" ")}`].join("\n")];
}

const isUtf8 = (word: string): boolean => toByteString(fromByteString(word)) === word;

function plainEnvironment(environment: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...environment].map(([name, value]) => [fromByteString(name), fromByteString(value)]));
}

/** How long output may still come after the exit of a builder whose descendants keep its terminal open, in milliseconds. */
const outputGrace = 500;

/** The output ends (EIO) when the last process that can write to the terminal is gone; bwrap itself is one of them. */
function follow(
  child: ChildProcess,
  master: number,
  onOutput: (bytes: Uint8Array) => void,
  kill: () => void,
): Promise<ExitStatus> {
  return new Promise((resolve, reject) => {
    const output = new ReadStream(master);
    let exit: ExitStatus | undefined;
    let closed = false;
    const settle = (): void => {
      if (closed && exit !== undefined) resolve(exit);
    };
    output.on("data", onOutput);
    output.on("error", (error) => {
      if (errorCode(error) !== "EIO") reject(error);
      output.destroy();
    });
    output.on("close", () => {
      closed = true;
      settle();
    });
    child.on("error", (error) => {
      output.destroy();
      reject(errorCode(error) === "ENOENT" && child.spawnfile === "bwrap" ? bubblewrapMissing() : error);
    });
    child.on("exit", (code, signal) => {
      exit = signal === null ? { kind: "exit", code: code ?? 0 } : { kind: "signal", signal };
      if (closed) {
        settle();
        return;
      }
      setTimeout(() => {
        if (closed) return;
        kill();
        output.destroy();
      }, outputGrace).unref();
    });
  });
}

/** The child leads its own session, so this reaches all of its processes that did not leave it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (errorCode(error) !== "ESRCH" && errorCode(error) !== "EPERM") throw error;
  }
}
