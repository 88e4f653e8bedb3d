// The log: everything that is no answer goes to stderr through here, drawn by the view that --log-format chose. Events come
// from the rooms below; what is above the verbosity is dropped before a view sees it.

import { FirnError, type Emit, type Verbosity } from "#formats";
import { verbosities, type LogFormat, type LogView } from "./log-view.ts";
import { openView } from "./view.ts";

export interface LogOptions {
  readonly format: LogFormat;
  /** stderr is a terminal. */
  readonly isTerminal: boolean;
  readonly colours: boolean;
  /** For events that name a store path. */
  readonly storeDir: string;
}

const colour = /\x1b\[[0-9;]*m/g;

export class Log {
  private level = verbosities.indexOf("info");
  private format: LogFormat;
  private showsBuildLogs: boolean;
  private readonly options: LogOptions;
  private opened: LogView | undefined;

  constructor(options: LogOptions) {
    this.options = options;
    this.format = options.format;
    this.showsBuildLogs = options.format.endsWith("-with-logs");
  }

  /** For the rooms below; bound, so that it can be handed on. */
  readonly emit: Emit = (event) => {
    if (event.kind === "message") {
      if (!this.shows(event.level)) return;
      if (!this.options.colours && event.text.includes("\x1b")) {
        this.view.handle({ ...event, text: event.text.replace(colour, "") });
        return;
      }
    }
    this.view.handle(event);
  };

  get verbosity(): Verbosity {
    return verbosities[this.level] ?? "info";
  }

  shows(level: Verbosity): boolean {
    return verbosities.indexOf(level) <= this.level;
  }

  setVerbosity(level: Verbosity): void {
    this.level = verbosities.indexOf(level);
  }

  changeVerbosity(steps: number): void {
    this.level = Math.min(Math.max(this.level + steps, 0), verbosities.length - 1);
  }

  setFormat(name: string): void {
    if (!isLogFormat(name)) throw invalidLogFormat(name);
    this.stop();
    this.format = name;
    this.showsBuildLogs = name.endsWith("-with-logs");
  }

  hideBuildLogs(): void {
    this.stop();
    this.showsBuildLogs = false;
  }

  showBuildLogs(): void {
    this.stop();
    this.showsBuildLogs = true;
  }

  /** `text` is a byte string; warnings get their prefix here. */
  message(level: Verbosity, text: string): void {
    const prefix = level === "warn" ? `${this.options.colours ? "\x1b[35;1mwarning:\x1b[0m" : "warning:"} ` : "";
    this.emit({ kind: "message", level, text: prefix + text });
  }

  /** Whether the user sees what builders print. */
  get printsBuildLogs(): boolean {
    return this.showsBuildLogs;
  }

  get colours(): boolean {
    return this.options.colours;
  }

  /** Takes a live view off the screen; the next event draws it again. */
  stop(): void {
    this.opened?.stop();
    this.opened = undefined;
  }

  private get view(): LogView {
    this.opened ??= openView({
      format: this.format,
      isTerminal: this.options.isTerminal,
      storeDir: this.options.storeDir,
      showsBuildLogs: this.showsBuildLogs,
      shows: (level) => this.shows(level),
    });
    return this.opened;
  }
}

function isLogFormat(name: string): name is LogFormat {
  return ["raw", "raw-with-logs", "internal-json", "bar", "bar-with-logs"].includes(name);
}

function invalidLogFormat(name: string): FirnError {
  return new FirnError("invalid-log-format", `option 'log-format' has an invalid value '${name}'`);
}
