// Becomes dist/helper-process.cjs, the bundled form of src/instantiate/helper-process.ts.

import { loadProgram } from "./load-program.ts";

void loadProgram(import.meta.dirname).program.runHelper();
