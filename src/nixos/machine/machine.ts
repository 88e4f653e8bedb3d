// A machine under test: a process of QEMU that a program starts, asks and cuts the power of. Commands go to a shell of root's on
// a console of their own (modules/testing/test-instrumentation.nix). The disk outlives the process, so what a crash or a reboot
// leaves is what the next start finds. What comes before the kernel, a boot menu, is driven by its serial console and by keys.
// Methods are named as in NixOS's driver.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { copyDisk } from "./copy-disk.ts";
import { LineSocket } from "./line-socket.ts";
import {
  commandEndedOtherwise,
  machineNotRunning,
  machineTimedOut,
  qemuFailed,
  unitNotActive,
} from "./machine-errors.ts";
import type { FirmwareMachine, MachineSpec } from "./machine-spec.ts";
import { type MachineFiles, machineFiles, type MachineSurroundings, qemuArguments } from "./qemu-arguments.ts";
import { commandQemu, type QemuCommand } from "./qemu-control.ts";

export interface MachineOptions extends MachineSurroundings {
  /** Where the disk, the console's log and the sockets lie; made if need be. */
  readonly folder: string;
  /** How long anything may take that says nothing else, in seconds. An emulated processor is slow. */
  readonly timeout?: number;
  readonly qemu?: string;
}

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How many lines of the console an error shows. */
const consoleTail = 25;
/** Between two looks at something that is waited for, in milliseconds: in the machine, and at its console, which costs it nothing. */
const lookAgain = 500;
const readAgain = 50;
/** Between two keys, in milliseconds: a firmware that polls loses those that come faster. */
const betweenKeys = 100;
/** What one command carries of a file, in bytes. */
const chunkSize = 48 * 1024;

export class Machine {
  readonly spec: MachineSpec | FirmwareMachine;
  readonly #options: MachineOptions;
  readonly #files: MachineFiles;
  #process: ChildProcess | undefined;
  #shell: LineSocket | undefined;
  #shellIsReady = false;
  #messages = "";
  /** How much the console had printed before this start. */
  #consoleBegin = 0;

  constructor(spec: MachineSpec | FirmwareMachine, options: MachineOptions) {
    this.spec = spec;
    this.#options = options;
    this.#files = machineFiles(options.folder);
  }

  get folder(): string {
    return this.#options.folder;
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Switches the machine on; one that is new gets an empty disk. Returns when the process runs, long before the boot is done. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    mkdirSync(this.#options.folder, { recursive: true });
    if ("kernel" in this.spec) beginWith(this.spec.disk, this.#files.disk);
    else if (this.spec.firmware !== "bios") beginWith(this.spec.firmware.variables, this.#files.variables);
    const { shell, control, consoleInput } = this.#files;
    for (const socket of [shell, control, consoleInput]) rmSync(socket, { force: true });
    this.#messages = "";
    this.#consoleBegin = this.consoleLog().length;
    this.#shellIsReady = false;
    const qemu = this.#options.qemu ?? "qemu-system-x86_64";
    const words = qemuArguments(this.spec, this.#files, this.#options);
    const child = spawn(qemu, words, { stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    let failure: Error | undefined;
    child.on("error", (error) => (failure = error));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#messages += text));
    }
    while (!existsSync(this.#files.shell)) {
      if (failure !== undefined) this.#process = undefined;
      if (failure !== undefined || !this.isRunning) {
        throw qemuFailed(this.spec.name, failure?.message ?? this.#messages.trim());
      }
      await pause(20);
    }
    this.#shell = await LineSocket.open(this.#files.shell);
  }

  /** What the machine has printed on its serial console, over all its starts. */
  consoleLog(): string {
    return existsSync(this.#files.console) ? readFileSync(this.#files.console, "utf8").replaceAll("\r", "") : "";
  }

  /** Runs a command of bash's as root. Its output ends when nobody has it open any more, background processes included. */
  async execute(command: string, timeout = this.#timeout): Promise<CommandResult> {
    const end = Date.now() + timeout * 1000;
    const shell = await this.#connect(end, timeout);
    const text = Buffer.from(command, "utf8").toString("base64");
    shell.send(
      `base64 -d <<< ${text} > /run/driver-command; bash /run/driver-command < /dev/null 2> /run/driver-errors | base64 -w 0; ` +
        `echo "|\${PIPESTATUS[0]}|$(base64 -w 0 /run/driver-errors)"`,
    );
    const line = await this.#line(shell, end, `the command '${abbreviate(command)}' ends`, timeout);
    const [stdout = "", status = "", stderr = ""] = line.split("|");
    const decode = (data: string): string => Buffer.from(data, "base64").toString("utf8");
    return { status: Number(status), stdout: decode(stdout), stderr: decode(stderr) };
  }

  /** Standard output of commands that must end with 0; of the last one. */
  async succeed(...commands: readonly string[]): Promise<string> {
    let stdout = "";
    for (const command of commands) {
      const result = await this.execute(command);
      if (result.status !== 0) throw this.#unexpected(command, result, "0");
      stdout = result.stdout;
    }
    return stdout;
  }

  /** The same of commands that must not. */
  async fail(...commands: readonly string[]): Promise<string> {
    let stdout = "";
    for (const command of commands) {
      const result = await this.execute(command);
      if (result.status === 0) throw this.#unexpected(command, result, "an error");
      stdout = result.stdout;
    }
    return stdout;
  }

  async waitUntilSucceeds(command: string, timeout = this.#timeout): Promise<string> {
    return await this.#until(`'${abbreviate(command)}' succeeds`, timeout, async (left) => {
      const result = await this.execute(command, left);
      return result.status === 0 ? result.stdout : undefined;
    });
  }

  /** Until the unit is active. One that has failed, or that nothing is about to start, is an error at once. */
  async waitForUnit(unit: string, timeout = this.#timeout): Promise<void> {
    await this.#until(`unit '${unit}' is active`, timeout, async (left) => {
      const properties = `systemctl show -p ActiveState -p Job -- ${quote(unit)}`;
      const { stdout } = await this.execute(properties, left);
      const state = /^ActiveState=(.*)$/m.exec(stdout)?.[1];
      if (state === "active") return true;
      if (state === "failed") throw await this.#unitFailed(unit);
      if (state !== "inactive" || /^Job=[1-9]/m.test(stdout)) return undefined;
      // With no job at all in the queue nothing can start it any more.
      const { stdout: jobs } = await this.execute("systemctl list-jobs --no-legend", left);
      if (jobs.trim() !== "") return undefined;
      const again = await this.execute(properties, left);
      if (/^ActiveState=active$/m.test(again.stdout)) return true;
      throw unitNotActive(this.spec.name, unit, "is inactive, and there are no pending jobs", this.#lastLines());
    });
  }

  async waitForOpenPort(port: number, timeout = this.#timeout): Promise<void> {
    await this.waitUntilSucceeds(`exec 3<> /dev/tcp/127.0.0.1/${port}`, timeout);
  }

  async waitForClosedPort(port: number, timeout = this.#timeout): Promise<void> {
    await this.waitUntilSucceeds(`! { exec 3<> /dev/tcp/127.0.0.1/${port}; } 2> /dev/null`, timeout);
  }

  async waitForFile(path: string, timeout = this.#timeout): Promise<void> {
    await this.waitUntilSucceeds(`test -e ${quote(path)}`, timeout);
  }

  /** Copies one file of the host into the machine, with its mode. */
  async copyFromHost(source: string, target: string): Promise<void> {
    const bytes = readFileSync(source);
    const place = quote(target);
    await this.succeed(`mkdir -p "$(dirname ${place})" && : > ${place}`);
    for (let at = 0; at < bytes.length; at += chunkSize) {
      const data = bytes.subarray(at, at + chunkSize).toString("base64");
      await this.succeed(`base64 -d >> ${place} <<< ${data}`);
    }
  }

  /** A picture of the screen, as PNG. */
  async screenshot(file: string): Promise<void> {
    await this.#command({ execute: "screendump", arguments: { filename: file, format: "png" } });
  }

  /** Types on the serial console. */
  async sendChars(text: string): Promise<void> {
    if (!this.isRunning) throw machineNotRunning(this.spec.name, this.#lastLines());
    const line = await LineSocket.open(this.#files.consoleInput);
    for (const char of text) {
      line.write(char);
      await pause(betweenKeys);
    }
    line.close();
  }

  /** Presses keys of the keyboard together, named as QEMU names them: `ret`, `down`, `ctrl-alt-delete`. */
  async sendKey(keys: string): Promise<void> {
    const pressed = keys.split("-").map((key) => ({ type: "qcode", data: key }));
    await this.#command({ execute: "send-key", arguments: { keys: pressed } });
    await pause(betweenKeys);
  }

  /** Until the serial console has printed it since this start, or since an earlier `from`; gives what it printed up to its end. */
  async waitForConsoleText(pattern: RegExp, timeout = this.#timeout, from = 0): Promise<string> {
    const look = async (): Promise<string | undefined> => {
      const text = this.consoleLog().slice(this.#consoleBegin);
      const found = pattern.exec(text.slice(from));
      if (found !== null) return text.slice(0, from + found.index + found[0].length);
      if (!this.isRunning) throw machineNotRunning(this.spec.name, this.#lastLines());
      return undefined;
    };
    return await this.#until(`its console prints ${pattern}`, timeout, look, readAgain);
  }

  /** Switches the machine off in good order. */
  async shutdown(timeout = this.#timeout): Promise<void> {
    if (!this.isRunning) return;
    await this.#endBy("systemctl --no-block poweroff", "the machine is off", timeout);
  }

  /** Lets the machine start anew in good order; the disk is what it was. */
  async reboot(timeout = this.#timeout): Promise<void> {
    await this.#endBy("systemctl --no-block reboot", "the machine reboots", timeout);
    await this.start();
  }

  /** Cuts the power. */
  async crash(): Promise<void> {
    if (this.isRunning && this.#process !== undefined) {
      const ended = once(this.#process, "exit");
      this.#process.kill("SIGKILL");
      await ended;
    }
    this.#forget();
  }

  /** Copies its disk as a cut of the power at this moment would leave it. The machine stands still meanwhile, and goes on. */
  async copyDisk(target: string): Promise<void> {
    const process = this.#process;
    if (!this.isRunning || process?.pid === undefined) throw machineNotRunning(this.spec.name, this.#lastLines());
    process.kill("SIGSTOP");
    try {
      while (!standsStill(process.pid)) await pause(1);
      copyDisk(this.#files.disk, target);
    } finally {
      process.kill("SIGCONT");
    }
  }

  /** Until the machine has gone off by itself. */
  async waitForShutdown(timeout = this.#timeout): Promise<void> {
    await this.#until("the machine is off", timeout, async () => (this.isRunning ? undefined : true));
    this.#forget();
  }

  get #timeout(): number {
    return this.#options.timeout ?? 300;
  }

  async #endBy(command: string, what: string, timeout: number): Promise<void> {
    const process = this.#process;
    if (!this.isRunning || process === undefined) throw machineNotRunning(this.spec.name, this.#lastLines());
    const shell = await this.#connect(Date.now() + timeout * 1000, timeout);
    const ended = once(process, "exit");
    // The machine may be gone before the shell can answer.
    shell.send(command);
    const late = new AbortController();
    const timer = pause(timeout * 1000, "late", { signal: late.signal }).catch(() => "late");
    if ((await Promise.race([ended, timer])) === "late") {
      throw machineTimedOut(this.spec.name, what, timeout, this.#lastLines());
    }
    late.abort();
    this.#forget();
  }

  async #command(command: QemuCommand): Promise<void> {
    if (!this.isRunning) throw machineNotRunning(this.spec.name, this.#lastLines());
    await commandQemu(this.#files.control, { name: this.spec.name, timeout: this.#timeout }, [command]);
  }

  #forget(): void {
    this.#shell?.close();
    this.#shell = undefined;
    this.#process = undefined;
  }

  /** The shell, once it has said that it is there. */
  async #connect(end: number, timeout: number): Promise<LineSocket> {
    const shell = this.#shell;
    if (shell === undefined) throw machineNotRunning(this.spec.name, this.#lastLines());
    while (!this.#shellIsReady) {
      const line = await this.#line(shell, end, "its shell answers", timeout);
      this.#shellIsReady = line.includes("backdoor ready");
    }
    return shell;
  }

  async #line(shell: LineSocket, end: number, what: string, timeout: number): Promise<string> {
    for (;;) {
      const line = await shell.nextLine(Math.max(0, Math.min(end - Date.now(), 1000)));
      if (line !== undefined) return line.replace(/\r$/, "");
      if (!this.isRunning) {
        const console = [this.#messages.trim(), this.#lastLines()].filter((text) => text !== "").join("\n");
        throw machineNotRunning(this.spec.name, console);
      }
      if (Date.now() >= end) throw machineTimedOut(this.spec.name, what, timeout, this.#lastLines());
    }
  }

  async #until<T>(
    what: string,
    timeout: number,
    look: (secondsLeft: number) => Promise<T | undefined>,
    interval = lookAgain,
  ): Promise<T> {
    const end = Date.now() + timeout * 1000;
    for (;;) {
      const began = Date.now();
      const left = (end - began) / 1000;
      if (left <= 0) throw machineTimedOut(this.spec.name, what, timeout, this.#lastLines());
      const found = await look(left);
      if (found !== undefined) return found;
      // A machine that has much to do is not kept from it.
      await pause(Math.max(interval, 2 * (Date.now() - began)));
    }
  }

  async #unitFailed(unit: string): Promise<Error> {
    const { stdout } = await this.execute(`systemctl status --lines=20 --no-pager -- ${quote(unit)}`);
    return unitNotActive(this.spec.name, unit, `has failed:\n${stdout.trimEnd()}`, this.#lastLines());
  }

  #unexpected(command: string, result: CommandResult, expected: string): Error {
    const failed = { machine: this.spec.name, command: abbreviate(command), ...result };
    return commandEndedOtherwise(failed, expected, this.#lastLines());
  }

  #lastLines(): string {
    return this.consoleLog().trimEnd().split("\n").slice(-consoleTail).join("\n");
  }
}

/** A file that a new machine begins with, and then has as its own. */
function beginWith(source: string, own: string): void {
  if (!existsSync(own)) copyDisk(source, own);
}

/** Each of the process's threads has been stopped, or is gone: what it was writing is written. */
function standsStill(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).every((task) => {
    try {
      return /^.*\) [TX]/s.test(readFileSync(`${tasks}/${task}/stat`, "utf8"));
    } catch {
      return true;
    }
  });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function abbreviate(command: string): string {
  return command.length <= 200 ? command : `${command.slice(0, 200)}…`;
}
