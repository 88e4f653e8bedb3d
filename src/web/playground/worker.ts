// The worker's script: a project comes in, a report goes out. An evaluation that does not end is stopped by ending the
// worker from outside; see runner.ts.

import { evaluateProject, type Report } from "./evaluate.ts";
import type { Project } from "./project.ts";

/** What a worker has of the global scope, as far as it is used here. */
interface WorkerScope {
  addEventListener(type: "message", listener: (event: { readonly data: Project }) => void): void;
  postMessage(report: Report): void;
}

const scope = globalThis as unknown as WorkerScope;

scope.addEventListener("message", ({ data }) => scope.postMessage(evaluateProject(data, Date.now())));
