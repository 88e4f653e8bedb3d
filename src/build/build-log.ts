// What a builder prints, cut into lines and told as events; keeps the last lines for an error (Nix's BuildLog). A line
// that begins with "@nix " is a message in JSON: a phase, a message, or the progress of a download.

import { bytesToByteString, fromByteString } from "#formats";
import type { Emit, Verbosity } from "#formats";

const verbosities: readonly Verbosity[] = ["error", "warn", "notice", "info", "talkative", "chatty", "debug", "vomit"];

/** Nix's actFileTransfer and its result types that builders may send. */
const fileTransferType = 101;
const progressResult = 105;

export class BuildLog {
  readonly #maxTailLines: number;
  readonly #activity: number;
  readonly #emit: Emit;
  readonly #newActivity: () => number;
  /** Activities that the builder began, by the numbers it gave them. */
  readonly #activities = new Map<number, number>();
  #tail: string[] = [];
  #line = "";

  /** `newActivity` gives numbers for the activities that the builder begins itself. */
  constructor(maxTailLines: number, activity: number, emit: Emit, newActivity: () => number) {
    this.#maxTailLines = maxTailLines;
    this.#activity = activity;
    this.#emit = emit;
    this.#newActivity = newActivity;
  }

  get tail(): readonly string[] {
    return this.#tail;
  }

  write(bytes: Uint8Array): void {
    const lines = (this.#line + bytesToByteString(bytes)).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#finishLine(line);
  }

  /** Tells a last line that had no newline, and ends what the builder began. */
  flush(): void {
    if (this.#line !== "") this.#finishLine(this.#line);
    this.#line = "";
    for (const id of this.#activities.values()) this.#emit({ kind: "stop", id });
    this.#activities.clear();
  }

  #finishLine(raw: string): void {
    // A carriage return goes back to the start of the line, and what follows replaces all of it.
    const line = raw.slice(raw.lastIndexOf("\r") + 1);
    if (line.startsWith("@nix ") && this.#handleMessage(line.slice(5))) return;
    this.#emit({ kind: "buildLogLine", id: this.#activity, line });
    if (this.#maxTailLines === 0) return;
    this.#tail.push(line);
    if (this.#tail.length > this.#maxTailLines) this.#tail.shift();
  }

  /** False when the line is no message that can be read; it is shown as it is then. */
  #handleMessage(text: string): boolean {
    try {
      const message: unknown = JSON.parse(fromByteString(text));
      if (typeof message !== "object" || message === null) throw new TypeError("not an object");
      this.#handle(message as Record<string, unknown>);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#emit({
        kind: "message",
        level: "warn",
        text: `Unable to handle a JSON message from the derivation builder: ${reason}`,
      });
      return false;
    }
  }

  #handle(message: Record<string, unknown>): void {
    switch (message["action"]) {
      case "setPhase":
        this.#emit({ kind: "phase", id: this.#activity, phase: expectText(message["phase"]) });
        return;
      case "msg": {
        const level = verbosities[Number(message["level"])] ?? "info";
        this.#emit({ kind: "message", level, text: expectText(message["msg"]) });
        return;
      }
      case "start": {
        // A builder is not trusted with other kinds, which would disturb the counts of the whole run.
        if (message["type"] !== fileTransferType) return;
        const id = this.#newActivity();
        this.#activities.set(Number(message["id"]), id);
        const text = expectText(message["text"]);
        this.#emit({ kind: "start", id, type: "fileTransfer", text, parent: this.#activity });
        return;
      }
      case "stop": {
        const id = this.#activities.get(Number(message["id"]));
        if (id === undefined) return;
        this.#activities.delete(Number(message["id"]));
        this.#emit({ kind: "stop", id });
        return;
      }
      case "result": {
        const id = this.#activities.get(Number(message["id"]));
        if (id === undefined || message["type"] !== progressResult) return;
        const [done, expected, running, failed] = Array.isArray(message["fields"]) ? message["fields"].map(Number) : [];
        this.#emit({
          kind: "progress",
          id,
          done: done ?? 0,
          expected: expected ?? 0,
          running: running ?? 0,
          failed: failed ?? 0,
        });
        return;
      }
    }
  }
}

function expectText(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a string is expected");
  return value;
}
