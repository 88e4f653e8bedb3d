// Evaluates modules that others wrote, each unchanged and by itself on top of a small machine, and prints which come to a system
// and why the others do not: options that no module declares, packages that the lock does not have, or an error of its own.
// usage: tools/with-node.sh tools/try-modules.ts --lock DIR [--all] [--json] [--list FILE] FOLDER…
//
// With --list only the files of the folders that FILE names, one a line. --all shows each file, not only those that fail. It
// ends with status 1 when one fails.

import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fromByteString, toByteString } from "#formats";
import { deleteTree } from "#host";
import { createEvaluator } from "#instantiate";
import { BaseError, type Slot } from "#language";
import { openLocalStore } from "#store";

interface Outcome {
  readonly file: string;
  readonly kind: "system" | "options" | "packages" | "error";
  /** The options that are missing, or the words of the error. */
  readonly details: readonly string[];
}

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    lock: { type: "string" },
    list: { type: "string" },
    all: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
if (flags.lock === undefined || folders.length === 0) {
  console.error("usage: try-modules.ts --lock DIR [--all] [--json] [--list FILE] FOLDER…");
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), "firn-try-modules-"));
const store = openLocalStore({ root: join(scratch, "root"), settings: { fsyncMetadata: false } });
const evaluator = createEvaluator({ store, readOnly: true, settings: {}, emit: () => undefined });
const ask = openQuestions(resolve(flags.lock));

const outcomes: Outcome[] = [];
for (const { folder, file } of folders.flatMap(modulesIn)) {
  const outcome = tryModule(join(folder, file), file);
  outcomes.push(outcome);
  if (!flags.json && (flags.all || outcome.kind !== "system")) printOutcome(outcome);
}
const systems = outcomes.filter(({ kind }) => kind === "system").length;
if (flags.json) console.log(JSON.stringify(outcomes, undefined, 1));
else console.log(`${systems} of ${outcomes.length} modules come to a system`);
store.close();
deleteTree(scratch);
process.exitCode = systems === outcomes.length ? 0 : 1;

/** `system` gives the toplevel's derivation, `missing` the paths that the module defines and nothing declares. */
function openQuestions(lock: string): { system(file: string): string; missing(file: string): readonly string[] } {
  const questions = evaluator.evalExpr(
    `lock: collection:
    let
      lib = import (collection + "/lib");
      pkgs = import (collection + "/pkgs.nix") { packages = import (collection + "/packages") { inherit lock; }; };
      evalConfig = modules: (import (collection + "/modules") { }).evalConfig { inherit pkgs modules; };
      # What every machine says, and a module for a part of one does not.
      machine = { lib, ... }: {
        _file = "the machine of try-modules";
        fileSystems = { "/" = lib.mkDefault { device = "/dev/vda1"; fsType = "ext4"; }; };
        boot.loader.external.enable = lib.mkDefault true;
      };
      undeclared = declared: path: set:
        lib.concatMap
          (name:
            let value = set.\${name}; at = path ++ [ name ]; in
            if !(declared ? \${name}) then [ (lib.showOption (if builtins.length at < 3 && lib.isAttrs value && value != { } && !(value ? type)
              then at ++ [ (builtins.head (builtins.attrNames value)) ] else at)) ]
            else if lib.isOption declared.\${name} || !lib.isAttrs value then [ ]
            else undeclared declared.\${name} at value)
          (builtins.attrNames set);
    in
    {
      # With everything on that the module itself can turn on.
      system = file:
        let
          plain = evalConfig [ machine file ];
          switches = builtins.filter
            (option: lib.last option.loc == "enable" && (option.type.name or "") == "bool" && builtins.all (place: toString place == toString file) option.declarations)
            (lib.collect lib.isOption plain.options);
          on = map (option: lib.setAttrByPath option.loc (lib.mkOverride 1400 true)) switches;
          switched = if switches == [ ] then plain else plain.extendModules { modules = on; };
        in
        switched.config.system.build.toplevel.drvPath;
      missing = file:
        let evaluated = evalConfig [ machine file { _module.freeformType = lib.types.lazyAttrsOf lib.types.anything; } ]; in
        builtins.concatStringsSep "\\n" (undeclared evaluated.options [ ] evaluated.config);
    }`,
    "/",
  );
  const collection = toByteString(resolve(import.meta.dirname, "../collection"));
  const functions = evaluator.forceAttrs(
    call(call(questions, pathValue(lock)), pathValue(collection)),
    "while opening the questions",
  );
  const question = (name: string) => (file: string) => {
    const fn = functions.get(evaluator.symbol(name)) as Slot;
    return fromByteString(evaluator.forceString(call(fn, pathValue(file)), "while asking"));
  };
  const missing = question("missing");
  return {
    system: question("system"),
    missing: (file) =>
      missing(file)
        .split("\n")
        .filter((name) => name !== ""),
  };
}

function call(fn: Slot, argument: Slot): Slot {
  return evaluator.call1(fn, argument);
}

function pathValue(text: string): Slot {
  return evaluator.evalExpr(`/. + ${JSON.stringify(toByteString(text))}`, "/");
}

function tryModule(path: string, file: string): Outcome {
  try {
    ask.system(path);
    return { file, kind: "system", details: [] };
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    const message = fromByteString(error.message).trim();
    const unknown = /^The option `([^']*)' does not exist/.exec(message)?.[1];
    const options = unknown === undefined ? [] : missingOptions(path, unknown);
    if (options.length > 0) return { file, kind: "options", details: options };
    const attribute = /^attribute '([^']*)' missing|^undefined variable '([^']*)'/.exec(message);
    const first = message.split("\n").slice(0, 4).join(" ");
    return { file, kind: attribute === null ? "error" : "packages", details: [first] };
  }
}

/** At least the one that the error named. */
function missingOptions(path: string, named: string): readonly string[] {
  try {
    const missing = ask.missing(path);
    return missing.length === 0 ? [named] : missing;
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return [named];
  }
}

function printOutcome({ file, kind, details }: Outcome): void {
  console.log(`${kind.padEnd(8)}  ${file}${details.map((detail) => `\n            ${detail}`).join("")}`);
}

function modulesIn(folder: string): readonly { readonly folder: string; readonly file: string }[] {
  const listed = flags.list === undefined ? undefined : new Set(readFileSync(flags.list, "utf8").split("\n"));
  return filesBelow(folder)
    .map((file) => relative(folder, file))
    .filter((file) => file.endsWith(".nix") && (listed === undefined || listed.has(file)))
    .toSorted()
    .map((file) => ({ folder, file }));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : statSync(path, { throwIfNoEntry: false })?.isFile() ? [path] : [];
  });
}
