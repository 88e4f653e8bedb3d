// Becomes dist/main.cjs, the entry of the bundle.

import { start } from "../../src/cli/program/start.ts";
import { loadProgram } from "./load-program.ts";

void start(async () => loadProgram(import.meta.dirname).program);
