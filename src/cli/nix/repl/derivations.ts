// The commands that do something with a derivation: build it, install it, show its log, start a shell with it.

import { FirnError, printStorePath } from "#formats";
import type { Value } from "#language";
import { PackageInfo } from "#profile";
import type { BuiltOutput, Repl } from "./repl.ts";

/** Gives a promise where the host builds in the background. */
export function buildAndTell(
  repl: Repl,
  text: string,
  { makeLinks }: { makeLinks: boolean },
): Promise<undefined> | void {
  const built = repl.host.derivations.build(evaluateDerivation(repl, text));
  const tell = (outputs: readonly BuiltOutput[]): undefined => tellOutputs(repl, outputs, makeLinks);
  return built instanceof Promise ? built.then(tell) : tell(built);
}

function tellOutputs({ host }: Repl, outputs: readonly BuiltOutput[], makeLinks: boolean): undefined {
  host.write("\nThis derivation produced the following outputs:\n");
  for (const { name, path } of outputs) {
    const link = `repl-result-${name}`;
    if (makeLinks) host.derivations.keep(path, link);
    host.write(`  ${makeLinks ? `./${link}` : name} -> ${path}\n`);
  }
}

export function installWithProfile(repl: Repl, text: string): void {
  repl.host.derivations.runProgram("nix-env", ["-i", evaluateDerivation(repl, text)]);
}

export function startShell(repl: Repl, text: string): void {
  repl.host.derivations.runProgram("nix-shell", [evaluateDerivation(repl, text)]);
}

/** A shell in which the package is built and at hand. */
export function startShellWith(repl: Repl, text: string): void {
  const { evaluator } = repl.host;
  const value = repl.read(text).evaluate();
  const wrap = 'drv: (import <nixpkgs> {}).runCommand "shell" { buildInputs = [ drv ]; } ""';
  const shell = evaluator.call1(repl.read(wrap).evaluate(), value);
  repl.host.derivations.runProgram("nix-shell", [derivationOf(repl, shell)]);
}

export function showLog(repl: Repl, text: string): void {
  const { host } = repl;
  const derivation = evaluateDerivation(repl, text);
  const log = host.derivations.log(derivation);
  host.notice(`got build log for '${derivation}' from '${log.from}'`);
  host.page(`${log.text}\n`);
}

function evaluateDerivation(repl: Repl, text: string): string {
  return derivationOf(repl, repl.read(text).evaluate());
}

/** The printed path of a store derivation that is valid. */
function derivationOf({ host }: Repl, value: Value): string {
  const { evaluator } = host;
  if (!evaluator.isDerivation(value)) throw notADerivation();
  const info = new PackageInfo(evaluator, "", value);
  info.name();
  const path = info.derivationPath();
  if (path === undefined) throw derivationPathMissing();
  const printed = printStorePath(evaluator.io.storeDir, path);
  if (!host.derivations.isValid(path)) throw derivationNotValid(printed);
  return printed;
}

function notADerivation(): FirnError {
  return new FirnError("not-a-derivation", "expression does not evaluate to a derivation, so I can't build it");
}

function derivationPathMissing(): FirnError {
  return new FirnError(
    "not-a-derivation",
    "expression did not evaluate to a valid derivation (no 'drvPath' attribute)",
  );
}

function derivationNotValid(path: string): FirnError {
  return new FirnError("invalid-derivation", `expression evaluated to invalid derivation '${path}'`);
}
