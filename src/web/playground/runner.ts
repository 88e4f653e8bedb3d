// Evaluates one project at a time in a worker, so that the page stays alive whatever a program does. A new project takes
// the place of one that is still running; a worker that must be stopped is ended, and a fresh one is made ready at once.

import type { Report } from "./evaluate.ts";
import type { Project } from "./project.ts";

export interface RunnerEvents {
  readonly began: () => void;
  readonly reported: (report: Report) => void;
  /** The worker itself broke, for example because its memory ran out. */
  readonly broke: (message: string) => void;
}

export class Runner {
  private readonly script: string;
  private readonly events: RunnerEvents;
  private worker: Worker;
  private isRunning = false;

  constructor(script: string, events: RunnerEvents) {
    this.script = script;
    this.events = events;
    this.worker = this.makeWorker();
  }

  run(project: Project): void {
    this.stop();
    this.isRunning = true;
    this.events.began();
    this.worker.postMessage(project);
  }

  /** Whether there was something to stop. */
  stop(): boolean {
    if (!this.isRunning) return false;
    this.isRunning = false;
    this.worker.terminate();
    this.worker = this.makeWorker();
    return true;
  }

  private makeWorker(): Worker {
    const worker = new Worker(this.script, { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Report>) => {
      this.isRunning = false;
      this.events.reported(data);
    });
    worker.addEventListener("error", ({ message }) => {
      if (this.stop()) this.events.broke(message);
    });
    return worker;
  }
}
