// The text of a .drv file: an ATerm that begins with `Derive(`, or with `DrvWithVersion("xp-dyn-drv",` when an input is the
// output of an output. The printer stands on the evaluator's hot path: it joins plain strings and escapes only where a
// string needs it. The reader is in parse-derivation.ts.

import { printMethodAndAlgorithm } from "./content-address.ts";
import { hasDynamicInputs, sortedEntries, sortedStrings, structuredAttributesVariable } from "./derivation.ts";
import type { Derivation, DerivationOutput, InputNode } from "./derivation.ts";
import { FirnError } from "./error.ts";
import { printHash } from "./hash.ts";
import { makeFixedOutputPath, outputPathName } from "./make-store-path.ts";
import type { StoreDir } from "./store-path.ts";

/** The contents of the .drv file, a byte string (Derivation::unparse). */
export function printDerivation(storeDir: StoreDir, derivation: Derivation): string {
  const inputs = printInputs(storeDir, derivation);
  return join(derivation, printOutputs(storeDir, derivation), inputs, joinRest(printRest(storeDir, derivation)));
}

/**
 * The text that the hash modulo is taken of: `inputs` maps each input's hash modulo, in base 16, to the outputs wanted.
 */
export function printDerivationModulo(
  storeDir: StoreDir,
  derivation: Derivation,
  inputs: ReadonlyMap<string, readonly string[]>,
): string {
  const hashed = printHashedInputs(inputs);
  return join(derivation, printOutputs(storeDir, derivation), hashed, joinRest(printRest(storeDir, derivation)));
}

/** The same with empty output paths, and with empty values for the variables named like outputs. */
export function printDerivationMasked(
  storeDir: StoreDir,
  derivation: Derivation,
  inputs: ReadonlyMap<string, readonly string[]>,
): string {
  const rest = joinMaskedRest(printRest(storeDir, derivation));
  return join(derivation, printMaskedOutputs(derivation), printHashedInputs(inputs), rest);
}

/**
 * The three texts that instantiating one derivation takes, with all that they share printed once. `fill` gets the masked
 * text and gives the derivation back with its output paths, in the outputs and in the variables named like them, and
 * nothing else changed.
 */
export function printForInstantiation(
  storeDir: StoreDir,
  unfilled: Derivation,
  inputs: ReadonlyMap<string, readonly string[]>,
  fill: (masked: string) => Derivation,
): { readonly derivation: Derivation; readonly modulo: string; readonly contents: string } {
  const rest = printRest(storeDir, unfilled);
  const hashedInputs = printHashedInputs(inputs);
  const masked = join(unfilled, printMaskedOutputs(unfilled), hashedInputs, joinMaskedRest(rest));
  const derivation = fill(masked);
  const outputs = printOutputs(storeDir, derivation);
  const filled = joinRest({ ...rest, values: rest.names.map((name) => quoteInside(derivation.env.get(name) ?? "")) });
  return {
    derivation,
    modulo: join(derivation, outputs, hashedInputs, filled),
    contents: join(derivation, outputs, printInputs(storeDir, derivation), filled),
  };
}

function join(derivation: Derivation, outputs: string, inputs: string, rest: string): string {
  const head = hasDynamicInputs(derivation) ? 'DrvWithVersion("xp-dyn-drv",[' : "Derive([";
  return `${head}${outputs}],[${inputs}],${rest}`;
}

function printOutputs(storeDir: StoreDir, derivation: Derivation): string {
  const paths = (name: string, output: DerivationOutput): string => {
    switch (output.kind) {
      case "input-addressed":
        return `${storeDir}/${output.path}`;
      case "fixed":
        return `${storeDir}/${makeFixedOutputPath(storeDir, outputPathName(derivation.name, name), output.ca)}`;
      case "floating":
      case "deferred":
      case "impure":
        return "";
    }
  };
  return joinOutputs(derivation, paths);
}

function printMaskedOutputs(derivation: Derivation): string {
  return joinOutputs(derivation, () => "");
}

function joinOutputs(derivation: Derivation, path: (name: string, output: DerivationOutput) => string): string {
  let text = "";
  for (const [name, output] of sortedEntries(derivation.outputs)) {
    if (text !== "") text += ",";
    text += `("${name}","${path(name, output)}",${printOutputHash(output)})`;
  }
  return text;
}

function printOutputHash(output: DerivationOutput): string {
  switch (output.kind) {
    case "input-addressed":
    case "deferred":
      return '"",""';
    case "fixed":
      return (
        `"${printMethodAndAlgorithm(output.ca.method, output.ca.hash.algorithm)}",` +
        `"${printHash(output.ca.hash, "base16")}"`
      );
    case "floating":
      return `"${printMethodAndAlgorithm(output.method, output.algorithm)}",""`;
    case "impure":
      return `"${printMethodAndAlgorithm(output.method, output.algorithm)}","impure"`;
  }
}

function printInputs(storeDir: StoreDir, derivation: Derivation): string {
  let text = "";
  for (const [path, node] of sortedEntries(derivation.inputDerivations)) {
    text += `${text === "" ? "" : ","}("${storeDir}/${path}",${printInputNode(node)})`;
  }
  return text;
}

function printInputNode(node: InputNode): string {
  const outputs = printNames(node.outputs);
  if (node.dynamic === undefined || node.dynamic.size === 0) return outputs;
  let text = "";
  for (const [name, child] of sortedEntries(node.dynamic)) {
    if (text !== "") text += ",";
    text += `("${name}",${printInputNode(child)})`;
  }
  return `(${outputs},[${text}])`;
}

function printHashedInputs(inputs: ReadonlyMap<string, readonly string[]>): string {
  let text = "";
  for (const [hash, outputs] of sortedEntries(inputs)) {
    if (text !== "") text += ",";
    text += `("${hash}",${printNames(outputs)})`;
  }
  return text;
}

/** Output names are never escaped, as in Nix. */
function printNames(names: readonly string[]): string {
  return names.length === 1 ? `["${names[0]}"]` : names.length === 0 ? "[]" : `["${sortedStrings(names).join('","')}"]`;
}

/** All from the sources to the end, cut where the values of the variables named like outputs stand. */
interface Rest {
  /** One more than there are values. */
  readonly segments: readonly string[];
  /** Escaped, without quotes. */
  readonly values: readonly string[];
  readonly names: readonly string[];
}

function printRest(storeDir: StoreDir, derivation: Derivation): Rest {
  const segments: string[] = [];
  const values: string[] = [];
  const names: string[] = [];
  let text = printBeforeEnv(storeDir, derivation);
  let between = '("';
  for (const [name, value] of environment(derivation)) {
    if (derivation.outputs.has(name)) {
      segments.push(`${text}${between}${quoteInside(name)}","`);
      values.push(quoteInside(value));
      names.push(name);
      text = "";
    } else {
      text += between + quoteInside(name) + '","' + quoteInside(value);
    }
    between = '"),("';
  }
  segments.push(text + (between === '("' ? "])" : '")])'));
  return { segments, values, names };
}

function joinRest({ segments, values }: Rest): string {
  let text = segments[0] as string;
  for (let i = 0; i < values.length; i++) text += (values[i] as string) + (segments[i + 1] as string);
  return text;
}

function joinMaskedRest({ segments }: Rest): string {
  return segments.join("");
}

function printBeforeEnv(storeDir: StoreDir, derivation: Derivation): string {
  let sources = "";
  for (const path of sortedStrings(derivation.inputSources)) {
    sources += `${sources === "" ? "" : ","}"${storeDir}/${path}"`;
  }
  let args = "";
  for (let i = 0; i < derivation.args.length; i++) {
    args += `${i === 0 ? "" : ","}${quote(derivation.args[i] as string)}`;
  }
  return `[${sources}],"${derivation.system}",${quote(derivation.builder)},[${args}],[`;
}

function environment(derivation: Derivation): Iterable<readonly [string, string]> {
  if (derivation.env.has(structuredAttributesVariable)) throw reservedVariable();
  if (derivation.structuredAttributes === undefined) return sortedEntries(derivation.env);
  return sortedEntries(new Map(derivation.env).set(structuredAttributesVariable, derivation.structuredAttributes));
}

const needsEscape = /["\\\n\r\t]/;
const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function quote(text: string): string {
  return `"${quoteInside(text)}"`;
}

/** Escaped, without the quotes around it. */
function quoteInside(text: string): string {
  return needsEscape.test(text) ? text.replace(/["\\\n\r\t]/g, (char) => escapes[char] as string) : text;
}

function reservedVariable(): FirnError {
  return new FirnError(
    "reserved-variable",
    "Cannot have an environment variable named '__json'. This key is reserved for encoding structured attrs",
  );
}
