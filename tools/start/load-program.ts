// Loads the bundled program: a few scripts whose pieces are functions (tools/link-scripts.ts). A script is read when one of
// its pieces is asked for, and a piece runs once. The compiled form of a script lies beside it; where V8 does not take that
// (another Node, another stack size), the script is compiled as usual.

import { readFileSync } from "node:fs";
import { constants, Script } from "node:vm";

/** What the program's entry exports. */
interface Program {
  /** Gives the exit status. */
  runProgram(program: string, words: readonly string[]): Promise<number>;
  runHelper(): Promise<unknown>;
}

type Exports = Readonly<Record<string, unknown>>;
type Load = (piece: string) => Exports;
type Piece = (load: Load, later: (piece: string) => Promise<Exports>, require: NodeJS.Require, url: string) => Exports;

interface LoadedScript {
  readonly script: Script;
  readonly pieces: Readonly<Record<string, Piece>>;
}

export interface LoadedProgram {
  readonly program: Program;
  /** By their names, those that have been read so far. */
  readonly scripts: ReadonlyMap<string, LoadedScript>;
}

/** `folder`: dist. */
export function loadProgram(folder: string): LoadedProgram {
  const scripts = new Map<string, LoadedScript>();
  const loaded = new Map<string, Exports>();
  const filename = `${folder}/program.cjs`;
  // What this becomes part of asks for its own folder, and for packages from there.
  const url = `file://${encodeURI(filename).replaceAll(/[?#]/g, encodeURIComponent)}`;
  const require = requireFrom(filename);
  const load: Load = (piece) => {
    const known = loaded.get(piece);
    if (known !== undefined) return known;
    const name = piece.slice(0, piece.indexOf("/"));
    let script = scripts.get(name);
    if (script === undefined) scripts.set(name, (script = readScript(folder, name)));
    const run = script.pieces[piece] as Piece;
    const exported = run(load, later, require, url);
    loaded.set(piece, exported);
    return exported;
  };
  // An error is the promise's, as with import().
  const later = async (piece: string): Promise<Exports> => load(piece);
  return { program: load("program/0") as unknown as Program, scripts };
}

function readScript(folder: string, name: string): LoadedScript {
  // The bundler writes ASCII only.
  const source = readFileSync(`${folder}/${name}.cjs`, "latin1");
  const cachedData = readCodeCache(`${folder}/${name}.cache`);
  const script = new Script(source, {
    filename: `${folder}/${name}.cjs`,
    ...(cachedData === undefined ? {} : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return { script, pieces: script.runInThisContext() as LoadedScript["pieces"] };
}

/** Node's own `require` is made when a package outside of the bundle is asked for. */
function requireFrom(filename: string): NodeJS.Require {
  const load = (name: string): unknown => process.getBuiltinModule("node:module").createRequire(filename)(name);
  return load as NodeJS.Require;
}

function readCodeCache(filename: string): Buffer | undefined {
  try {
    return readFileSync(filename);
  } catch {
    return undefined;
  }
}
