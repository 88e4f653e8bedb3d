// Becomes dist/helper-process.cjs, the bundled form of src/instantiate/helper-process.ts.

import { compileProgram } from "./load-program.ts";

void compileProgram(import.meta.dirname).program.runHelper();
