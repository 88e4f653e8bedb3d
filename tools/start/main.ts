// Becomes dist/main.cjs, the entry of the bundle.

import { start } from "../../src/cli/program/start.ts";
import { compileProgram } from "./load-program.ts";

void start(async () => compileProgram(import.meta.dirname).program);
