// make-code-cache.ts FOLDER: runs the bundled program of FOLDER for a few commands that stand for all, and keeps what V8 has
// compiled by then beside each script. What cannot be run here, the switch of a machine, is compiled whole.

import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { constants, Script } from "node:vm";
import { loadProgram } from "./load-program.ts";

const [, , folder = ""] = process.argv;
const scratch = mkdtempSync(join(tmpdir(), "firn-code-cache-"));
try {
  // A store and a user of its own.
  process.env["HOME"] = scratch;
  process.env["XDG_CACHE_HOME"] = join(scratch, "cache");
  process.env["NIX_REMOTE"] = join(scratch, "store");
  process.env["NIX_CONF_DIR"] = scratch;
  process.env["NIX_USER_CONF_FILES"] = "";
  const { scripts, program } = loadProgram(folder);
  const file = join(scratch, "file");
  writeFileSync(file, "");
  const slow = `builtins.seq (builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n) 1500000)) (builtins.readFile ${file})`;
  const derivation = 'derivation { name = "x"; system = "y"; builder = "/z"; }';
  const commands: readonly (readonly [program: string, ...words: string[]])[] = [
    ["nix-hash", "--flat", "--type", "sha256", file],
    ["nix-store", "--add", file],
    ["nix-store", "--query", "--references", "/nix/store/y2g60w8i7n063zzmbwn5r13v2isb9y4n-file"],
    ["nix-env", "--query"],
    ["nix-instantiate", "--eval", "--expr", "let f = { a, b ? 1 }: [ (a + b) ]; in map toString (f { a = 1; })"],
    ["nix-instantiate", "--expr", derivation],
    // Long enough to be answered from the evaluation cache the second time.
    ["nix-instantiate", "--eval", "--expr", slow],
    ["nix-instantiate", "--eval", "--expr", slow],
  ];
  for (const [name, ...words] of commands) await program.runProgram(name, words);
  // Without a sandbox a build needs nothing of the machine but a shell, and a store at its own place.
  delete process.env["NIX_REMOTE"];
  for (const name of ["NIX_STORE_DIR", "NIX_STATE_DIR", "NIX_LOG_DIR"]) process.env[name] = join(scratch, name);
  process.env["NIX_CONFIG"] = "sandbox = false\nsubstitute = false\nbuild-users-group =\n";
  const built =
    'derivation { name = "x"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo > $out" ]; }';
  await program.runProgram("nix-build", ["--no-out-link", "--expr", built]);
  for (const [name, { script }] of scripts) writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
  for (const filename of globSync(join(folder, "switching-*.cjs"))) {
    writeFileSync(filename.replace(/cjs$/, "cache"), compileWhole(filename));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** V8 takes a cache under the flags that are set when it is made, which are again those of the program. */
function compileWhole(filename: string): Buffer {
  setFlagsFromString("--no-lazy");
  const script = new Script(readFileSync(filename, "latin1"), {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  setFlagsFromString("--lazy");
  return script.createCachedData();
}
