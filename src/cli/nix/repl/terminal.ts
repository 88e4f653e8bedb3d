// The REPL on a terminal: Node's line editor with history and completion, and Ctrl-C.
//
// An evaluation does not return to the event loop, so no signal handler can run then. But the terminal is in raw mode while
// the line editor is open, where Ctrl-C is a byte like any other: the evaluation looks for it now and then through a
// descriptor of its own that does not block. What else was typed meanwhile is given back to the line editor.

import { closeSync, constants, openSync, readSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fromByteString, toByteString } from "#formats";
import { Interrupted } from "#language";
import { complete } from "./completion.ts";
import { historyLength, readHistory, writeHistory } from "./history.ts";
import type { Ending, Repl } from "./repl.ts";

const controlC = 3;

/** The terminal once more, so that not to block here is no matter to those who share the other descriptor. */
function openInput(): number {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  try {
    return openSync("/proc/self/fd/0", flags);
  } catch {
    // The terminal of another user, as behind `su`.
    return openSync("/dev/tty", flags);
  }
}

/** A session that cannot be remembered was no failure. */
function keepHistory(repl: Repl, file: string, lines: readonly string[]): void {
  try {
    writeHistory(file, lines);
  } catch (error) {
    repl.host.notice(toByteString(`the lines of this session cannot be kept: ${(error as Error).message}`));
  }
}

export class ReplTerminal {
  private readonly typed: Buffer[] = [];
  private input: number | undefined;
  private isRaw = false;

  /** Throws Interrupted when Ctrl-C was pressed. */
  readonly checkInterrupt = (): void => {
    if (!this.isRaw) return;
    for (let bytes = this.readTyped(); bytes !== undefined; bytes = this.readTyped()) {
      if (bytes.includes(controlC)) {
        this.typed.length = 0;
        throw new Interrupted("interrupted by the user");
      }
      this.typed.push(bytes);
    }
  };

  /** What was typed since it was last asked for; undefined when that is nothing. */
  private readTyped(): Buffer | undefined {
    this.input ??= openInput();
    const buffer = Buffer.alloc(1024);
    try {
      const length = readSync(this.input, buffer);
      return length === 0 ? undefined : buffer.subarray(0, length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
      throw error;
    }
  }

  /** Lets another program have the terminal as it was. */
  lend<T>(run: () => T): T {
    if (!this.isRaw) return run();
    this.setRaw(false);
    try {
      return run();
    } finally {
      this.setRaw(true);
    }
  }

  private setRaw(isRaw: boolean): void {
    process.stdin.setRawMode(isRaw);
    this.isRaw = isRaw;
  }

  /** Takes lines until the REPL ends. `flush` brings out what was written. */
  async run(repl: Repl, file: string, flush: () => void): Promise<Ending> {
    const editor = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      history: readHistory(file),
      historySize: historyLength,
      completer: (line: string) => {
        const { begun, words } = complete(repl, toByteString(line));
        this.giveBack();
        return [words.map(fromByteString), fromByteString(begun)];
      },
    });
    let history: readonly string[] = [];
    editor.on("history", (lines) => (history = [...lines]));
    this.isRaw = true;
    try {
      return await this.converse(editor, repl, flush);
    } finally {
      this.isRaw = false;
      if (this.input !== undefined) closeSync(this.input);
      if (history.length > 0) keepHistory(repl, file, history);
    }
  }

  private converse(editor: Interface, repl: Repl, flush: () => void): Promise<Ending> {
    return new Promise((resolve, reject) => {
      // Lines that came while a command was still at work, as they do when text is pasted.
      const waiting: string[] = [];
      let isBusy = false;
      let ending: Ending | undefined;

      const ask = (): void => {
        flush();
        editor.setPrompt(repl.prompt);
        editor.prompt();
      };
      const takeNext = async (): Promise<void> => {
        isBusy = true;
        for (let line = waiting.shift(); line !== undefined && ending === undefined; line = waiting.shift()) {
          // At once where it can, so that nothing is read before the evaluation is over.
          const result = repl.take(toByteString(line));
          ending = result instanceof Promise ? await this.lendWhile(editor, result) : result;
          this.giveBack();
          if (ending === undefined) ask();
        }
        isBusy = false;
        if (ending !== undefined) editor.close();
      };

      editor.on("line", (line) => {
        waiting.push(line);
        if (!isBusy) takeNext().catch(reject);
      });
      editor.on("SIGINT", () => {
        editor.write(null, { ctrl: true, name: "e" });
        editor.write(null, { ctrl: true, name: "u" });
        repl.discard();
        ask();
      });
      editor.on("close", () => {
        const result = ending ?? repl.end();
        flush();
        resolve(result);
      });
      ask();
    });
  }

  /** A build reports on the terminal and is stopped by the signal. */
  private async lendWhile<T>(editor: Interface, work: Promise<T>): Promise<T> {
    editor.pause();
    this.setRaw(false);
    try {
      return await work;
    } finally {
      this.setRaw(true);
      editor.resume();
    }
  }

  /** The line editor is in the midst of a key, so it gets the next ones a little later. */
  private giveBack(): void {
    if (this.typed.length === 0) return;
    const bytes = Buffer.concat(this.typed);
    this.typed.length = 0;
    setImmediate(() => process.stdin.unshift(bytes));
  }
}
