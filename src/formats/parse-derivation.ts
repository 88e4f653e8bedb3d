// Reads the text of a .drv file. What comes is hostile until read: every error says the byte at which it was met, nesting
// is bounded, and where Nix's own reader lets through what no printer writes (missing commas, names that occur twice, text
// behind the end) this one does not. Sets in the wrong order are put in order, as Nix does.

import { parseMethodAndAlgorithm } from "./content-address.ts";
import { structuredAttributesVariable } from "./derivation.ts";
import type { Derivation, DerivationOutput, InputNode } from "./derivation.ts";
import { FirnError } from "./error.ts";
import { parseUnprefixedHash } from "./hash.ts";
import { makeFixedOutputPath, outputPathName } from "./make-store-path.ts";
import { parseStorePath, printStorePath } from "./store-path.ts";
import type { StoreDir, StorePath } from "./store-path.ts";

/** How deep outputs of outputs may nest; Nix has no bound but its stack. */
const maxDynamicDepth = 64;

/** `text` is a byte string, `name` the derivation's name without `.drv`. Throws `bad-derivation`, with the byte offset. */
export function parseDerivation(storeDir: StoreDir, text: string, name: string): Derivation {
  return new Reader(storeDir, text).readDerivation(name);
}

class Reader {
  private readonly storeDir: StoreDir;
  private readonly text: string;
  private at = 0;

  constructor(storeDir: StoreDir, text: string) {
    this.storeDir = storeDir;
    this.text = text;
  }

  readDerivation(name: string): Derivation {
    const dynamic = this.readHead();
    const outputs = this.readMap("(", () => {
      const id = this.readString();
      this.expect(",");
      return [id, this.readOutput(name, id)] as const;
    });
    this.expect(",");
    const inputDerivations = this.readMap("(", () => {
      const path = this.readStorePath();
      this.expect(",");
      return [path, this.readInputNode(dynamic, 0)] as const;
    });
    this.expect(",");
    const inputSources = this.readSet(() => this.readStorePath());
    this.expect(",");
    const system = this.readString();
    this.expect(",");
    const builder = this.readString();
    this.expect(",");
    const args = this.readList(() => this.readString());
    this.expect(",");
    const env = this.readMap("(", () => {
      const variable = this.readString();
      this.expect(",");
      return [variable, this.readString()] as const;
    });
    this.expect(")");
    if (this.at !== this.text.length) throw this.complain("expected the end of the derivation");

    const derivation = { name, outputs, inputDerivations, inputSources, system, builder, args, env };
    const structuredAttributes = env.get(structuredAttributesVariable);
    if (structuredAttributes === undefined) return derivation;
    env.delete(structuredAttributesVariable);
    checkJson(structuredAttributes);
    return { ...derivation, structuredAttributes };
  }

  private readHead(): boolean {
    if (this.text.startsWith("Derive(")) {
      this.at = 7;
      return false;
    }
    if (!this.text.startsWith("DrvWithVersion(")) {
      throw this.complain("derivation does not start with 'Derive' or 'DrvWithVersion'");
    }
    this.at = 15;
    const version = this.readString();
    if (version !== "xp-dyn-drv") throw this.complain(`Unknown derivation ATerm format version '${version}'`);
    this.expect(",");
    return true;
  }

  private readOutput(drvName: string, outputName: string): DerivationOutput {
    const start = this.at;
    const path = this.readString();
    this.expect(",");
    const methodAndAlgorithm = this.readString();
    this.expect(",");
    const hash = this.readString();
    try {
      return parseDerivationOutput(this.storeDir, drvName, outputName, { path, methodAndAlgorithm, hash });
    } catch (error) {
      throw this.wrap(error, start);
    }
  }

  private readInputNode(dynamic: boolean, depth: number): InputNode {
    if (!dynamic || this.text[this.at] === "[") return { outputs: this.readSet(() => this.readString()) };
    if (this.text[this.at] !== "(") throw this.complain("invalid inputDrvs entry in derivation");
    if (depth >= maxDynamicDepth) {
      throw this.complain(`the outputs of an input nest deeper than ${maxDynamicDepth} levels`);
    }
    this.at++;
    const outputs = this.readSet(() => this.readString());
    this.expect(",");
    const children = this.readMap("(", () => {
      const name = this.readString();
      this.expect(",");
      return [name, this.readInputNode(dynamic, depth + 1)] as const;
    });
    this.expect(")");
    return children.size === 0 ? { outputs } : { outputs, dynamic: children };
  }

  private readStorePath(): StorePath {
    const start = this.at;
    const text = this.readString();
    if (!text.startsWith("/")) throw this.complain(`bad path '${text}' in derivation`, start);
    try {
      return parseStorePath(this.storeDir, text);
    } catch (error) {
      throw this.wrap(error, start);
    }
  }

  /** A list of parenthesised pairs whose keys are distinct, put in the order of the keys' bytes. */
  private readMap<K extends string, V>(open: "(", readEntry: () => readonly [K, V]): Map<K, V> {
    const map = new Map<K, V>();
    let previous = "";
    let sorted = true;
    this.readItems(() => {
      const start = this.at;
      this.expect(open);
      const [key, value] = readEntry();
      this.expect(")");
      if (map.has(key)) throw this.complain(`'${key}' occurs twice`, start);
      sorted &&= previous <= key;
      previous = key;
      map.set(key, value);
    });
    return sorted ? map : new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  private readSet<T extends string>(readItem: () => T): readonly T[] {
    const items: T[] = [];
    let sorted = true;
    this.readItems(() => {
      const item = readItem();
      const last = items.at(-1);
      sorted &&= last === undefined || last < item;
      items.push(item);
    });
    return sorted ? items : [...new Set(items)].toSorted();
  }

  private readList<T>(readItem: () => T): readonly T[] {
    const items: T[] = [];
    this.readItems(() => {
      items.push(readItem());
    });
    return items;
  }

  private readItems(readItem: () => void): void {
    this.expect("[");
    if (this.text[this.at] === "]") {
      this.at++;
      return;
    }
    for (;;) {
      readItem();
      if (this.text[this.at] !== ",") break;
      this.at++;
    }
    this.expect("]");
  }

  private readString(): string {
    this.expect('"');
    const start = this.at;
    const close = this.text.indexOf('"', start);
    if (close < 0) throw this.complain("unterminated string in derivation", start - 1);
    const plain = this.text.slice(start, close);
    if (!plain.includes("\\")) {
      this.at = close + 1;
      return plain;
    }
    return this.readEscapedString(start);
  }

  private readEscapedString(start: number): string {
    const parts: string[] = [];
    let from = start;
    for (;;) {
      const match = this.nextQuoteOrBackslash(from);
      if (match < 0 || (this.text[match] === "\\" && match + 1 >= this.text.length)) {
        throw this.complain("unterminated string in derivation", start - 1);
      }
      parts.push(this.text.slice(from, match));
      if (this.text[match] === '"') {
        this.at = match + 1;
        return parts.join("");
      }
      const escaped = this.text[match + 1] as string;
      parts.push(escaped === "n" ? "\n" : escaped === "r" ? "\r" : escaped === "t" ? "\t" : escaped);
      from = match + 2;
    }
  }

  private nextQuoteOrBackslash(from: number): number {
    quoteOrBackslash.lastIndex = from;
    return quoteOrBackslash.exec(this.text)?.index ?? -1;
  }

  private expect(text: string): void {
    if (!this.text.startsWith(text, this.at)) throw this.complain(`expected string '${text}'`);
    this.at += text.length;
  }

  private complain(what: string, at = this.at): FirnError {
    return new FirnError("bad-derivation", `${what} (at byte ${at})`);
  }

  private wrap(error: unknown, at: number): unknown {
    return error instanceof FirnError
      ? new FirnError("bad-derivation", `${error.message} (at byte ${at})`, { cause: error })
      : error;
  }
}

const quoteOrBackslash = /["\\]/g;

/**
 * An output from the three strings that the ATerm and the worker protocol have for it (parseDerivationOutput). The path of
 * a fixed output has to be the one that its content address gives.
 */
export function parseDerivationOutput(
  storeDir: StoreDir,
  drvName: string,
  outputName: string,
  fields: { readonly path: string; readonly methodAndAlgorithm: string; readonly hash: string },
): DerivationOutput {
  const { path, methodAndAlgorithm, hash } = fields;
  if (methodAndAlgorithm === "") {
    if (hash !== "") throw invalidOutput(`output '${outputName}' has a hash but no hash algorithm`);
    if (path === "") return { kind: "deferred" };
    if (!path.startsWith("/")) throw invalidOutput(`bad path '${path}' in derivation`);
    return { kind: "input-addressed", path: parseStorePath(storeDir, path) };
  }
  const { method, algorithm } = parseMethodAndAlgorithm(methodAndAlgorithm);
  if (hash === "impure") {
    if (path !== "") throw invalidOutput("impure derivation output should not specify output path");
    return { kind: "impure", method, algorithm };
  }
  if (hash === "") {
    if (path !== "") throw invalidOutput("content-addressing derivation output should not specify output path");
    return { kind: "floating", method, algorithm };
  }
  if (!path.startsWith("/")) throw invalidOutput(`bad path '${path}' in derivation`);
  const ca = { method, hash: parseUnprefixedHash(hash, algorithm) };
  const expected = printStorePath(storeDir, makeFixedOutputPath(storeDir, outputPathName(drvName, outputName), ca));
  if (path !== expected) {
    throw invalidOutput(`derivation has incorrect output '${path}', should be '${expected}'`);
  }
  return { kind: "fixed", ca };
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new FirnError("bad-derivation", `cannot process __json attribute: ${(cause as Error).message}`, { cause });
  }
}

function invalidOutput(message: string): FirnError {
  return new FirnError("bad-derivation-output", message);
}
