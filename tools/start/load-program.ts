// Loads the bundled program. Its compiled form lies beside it; where V8 does not take that (another Node, another stack
// size), the program is compiled as usual.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";

/** What program.cjs exports. */
interface Program {
  /** Gives the exit status. */
  runProgram(program: string, words: readonly string[]): Promise<number>;
  runHelper(): Promise<unknown>;
}

type Define = (exports: object, require: NodeJS.Require, module: object, url: string) => void;

export function compileProgram(folder: string): { readonly script: Script; readonly program: Program } {
  const filename = join(folder, "program.cjs");
  // The bundler writes ASCII only.
  const source = readFileSync(filename, "latin1");
  const cachedData = readCodeCache(folder);
  const script = new Script(source, {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  const define = script.runInThisContext() as Define;
  define(module.exports, requireFrom(filename), module, pathToFileURL(filename).href);
  return { script, program: module.exports as Program };
}

/** Node's own `require` is made when a package outside of the bundle is asked for. */
function requireFrom(filename: string): NodeJS.Require {
  const load = (name: string): unknown => process.getBuiltinModule("node:module").createRequire(filename)(name);
  return load as NodeJS.Require;
}

function readCodeCache(folder: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, "program.cache"));
  } catch {
    return undefined;
  }
}
