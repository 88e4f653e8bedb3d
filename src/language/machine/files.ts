// From source text to value: parsing, the check for undefined variables, evaluation, and the cache that evaluates each
// file once. A few files come with the language; their paths cannot be written in a program.

import { EvalError, hint, isStackExhaustion, renderWarning, stackOverflow } from "../errors/index.ts";
import { withLanguageErrors } from "../builtins/foreign-error.ts";
import type { Compiler } from "../compile/compiler.ts";
import { findUndefinedVariable } from "../compile/check-variables.ts";
import { namesScope, type Scope } from "../compile/scope.ts";
import type { SourceText } from "../io.ts";
import type { Origin, SourceFile } from "../syntax/ast.ts";
import { PackedTree, packTree, type ParsedFile, parseFile, type ParseRequest } from "../syntax/index.ts";
import type { Attrs } from "../values/attrs.ts";
import type { Symbol } from "../values/symbols.ts";
import { Environment, noEnvironment } from "../values/environment.ts";
import { Code, Thunk } from "../values/thunk.ts";
import type { Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import { addFrame, undefinedVariable } from "./failures.ts";
import { isInternalPath } from "./internal-paths.ts";
import { noSuchPath, resolveAsFarAsItGoes, resolveExprPath, shownPath } from "./paths.ts";

/** Variables that a program has beside the builtins: `scopedImport`, the REPL. */
export interface ExtraScope {
  readonly scope: Scope;
  readonly env: Environment;
}

export class FileEvaluator {
  private readonly evaluator: Evaluator;
  private readonly resolvedPaths = new Map<string, string>();
  private readonly values = new Map<string, Thunk>();
  private readonly internalFiles = new Map<string, string>();
  private readonly fileCode: Code;
  /** What each entry of a search path turned out to be; null when nothing is there. */
  readonly searchPathRoots = new Map<string, string | null>();

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
    this.fileCode = new Code(evaluator.states, (path: string) => this.evalResolved(path, undefined));
  }

  /** Makes a file that programs reach only by a path given to them: `<nix/fetchurl.nix>`. */
  addInternalFile(path: string, text: string): void {
    this.internalFiles.set(path, text);
  }

  hasInternalFile(path: string): boolean {
    return this.internalFiles.has(path);
  }

  /** The text of a file that comes with the language. */
  internalFile(path: string): string {
    const text = this.internalFiles.get(path);
    if (text === undefined) throw noSuchInternalFile(path);
    return text;
  }

  evalFile(path: string): Value {
    const resolved = this.resolve(path);
    let thunk = this.values.get(resolved);
    if (thunk === undefined) {
      thunk = new Thunk(this.fileCode, resolved);
      this.values.set(resolved, thunk);
    }
    return thunk.force();
  }

  evalMainFile(path: string): Value {
    return this.guardStack(this.prepareFile(this.resolve(path)));
  }

  evalFileWithScope(path: string, attrs: Attrs): Value {
    return this.evalResolved(this.resolve(path), this.scopeOf(attrs));
  }

  evalText(text: string, basePath: string, origin: Origin, extra?: ExtraScope): Value {
    return this.guardStack(() => this.run({ origin, text }, basePath, extra));
  }

  /** The attributes of a set as variables. */
  scopeOf(attrs: Attrs): ExtraScope {
    const { shape, values } = attrs.flat();
    const { symbols, base } = this.evaluator;
    const names = shape.symbols.map((symbol: Symbol) => symbols.name(symbol));
    const scope = namesScope(names, { kind: "base", base });
    const env = scope.isWide
      ? new Environment(noEnvironment, values.slice(), undefined)
      : new Environment(noEnvironment, values[0], values[1]);
    return { scope, env };
  }

  /** Files are read and evaluated anew from now on. */
  forget(): void {
    this.resolvedPaths.clear();
    this.values.clear();
  }

  private resolve(path: string): string {
    if (this.internalFiles.has(path)) return path;
    if (isInternalPath(path)) throw noSuchPath(this.evaluator.io, path);
    let resolved = this.resolvedPaths.get(path);
    if (resolved === undefined) {
      this.evaluator.io.checkAccess(path);
      resolved = resolveExprPath(this.evaluator.io, path);
      this.resolvedPaths.set(path, resolved);
    }
    return resolved;
  }

  private evalResolved(path: string, extra: ExtraScope | undefined): Value {
    if (extra !== undefined) return this.guardStack(this.prepare(this.read(path).source, folderOf(path), extra));
    const run = this.prepareFile(path);
    try {
      return this.guardStack(run);
    } catch (error) {
      addFrame(this.evaluator, error, 0, hint`while evaluating the file '${shownPath(this.evaluator.io, path)}':`);
      throw error;
    }
  }

  private read(path: string): { readonly source: SourceFile; readonly kept: SourceText | undefined } {
    const internal = this.internalFiles.get(path);
    if (internal !== undefined) return { source: { origin: { kind: "path", path }, text: internal }, kept: undefined };
    const { io } = this.evaluator;
    const resolved = resolveAsFarAsItGoes(io, path, true);
    if (io.lstat(resolved) === undefined) throw noSuchPath(io, resolved);
    const kept = withLanguageErrors(() => io.readSource?.(resolved));
    const text = kept?.text ?? withLanguageErrors(() => io.readFile(resolved));
    const shownAs = io.showPath?.(path);
    const origin: Origin = {
      kind: "path",
      path,
      ...(shownAs === undefined || shownAs === path ? {} : { shownAs }),
      ...(resolved === path ? {} : { behindLink: true }),
    };
    return { source: { origin, text }, kept };
  }

  /** A whole file, from its packed tree where one was kept. That was checked when it was packed. */
  private prepareFile(path: string): () => Value {
    const { source, kept } = this.read(path);
    const folder = folderOf(path);
    if (kept === undefined) return this.prepare(source, folder, undefined);
    if (kept.packed === undefined) return this.prepare(source, folder, undefined, kept);
    const tree = new PackedTree(kept.packed, folder);
    for (const name of tree.names) this.evaluator.symbols.intern(name);
    const compiler = this.evaluator.makeCompiler(source);
    return () => compiler.compile(tree.root, { kind: "base", base: this.evaluator.base })(noEnvironment);
  }

  private run(file: SourceFile, basePath: string, extra: ExtraScope | undefined): Value {
    return this.prepare(file, basePath, extra)();
  }

  /** Parses the file at `path` and checks its variables, without evaluating it. */
  parseAt(path: string): ParsedFile {
    const resolved = this.resolve(path);
    return this.parseChecked(this.read(resolved).source, folderOf(resolved));
  }

  /** Parses and checks; what is returned evaluates. */
  private prepare(
    source: SourceFile,
    basePath: string,
    extra: ExtraScope | undefined,
    keeper?: SourceText,
  ): () => Value {
    let hasWarned = false;
    const parsed = this.parse(source, basePath, () => (hasWarned = true));
    const scope: Scope = extra?.scope ?? { kind: "base", base: this.evaluator.base };
    const compiler = this.evaluator.makeCompiler(parsed.file);
    this.checkVariables(parsed, scope, compiler);
    if (!hasWarned) keeper?.keep(packTree(parsed.expr, parsed.names));
    const env = extra?.env ?? noEnvironment;
    return () => compiler.compile(parsed.expr, scope)(env);
  }

  parseChecked(source: SourceFile, basePath: string): ParsedFile {
    const parsed = this.parse(source, basePath);
    this.checkVariables(parsed, { kind: "base", base: this.evaluator.base }, this.evaluator.makeCompiler(parsed.file));
    return parsed;
  }

  private checkVariables(parsed: ParsedFile, scope: Scope, compiler: Compiler): void {
    const missing = findUndefinedVariable(parsed, scope, this.evaluator.symbols);
    if (missing !== undefined) throw undefinedVariable(this.evaluator, missing.name, compiler.pos(missing.pos));
  }

  private parse(source: SourceFile, basePath: string, onWarning?: () => void): ParsedFile {
    return parseFile(this.parseRequest(source, basePath, onWarning));
  }

  /** How a text is parsed under the settings of this evaluation. */
  parseRequest(source: SourceFile, basePath: string, onWarning?: () => void): ParseRequest {
    const { settings, io } = this.evaluator;
    return {
      ...source,
      baseDirectory: basePath,
      homeDirectory: settings.home,
      features: settings.experimentalFeatures,
      pure: settings.pureEval,
      lints: settings.lints,
      symbolOf: (name) => this.evaluator.symbols.find(name),
      warn: (warning) => {
        onWarning?.();
        io.emitMessage("warn", renderWarning(warning));
      },
    };
  }

  /** JavaScript's own stack overflow becomes Nix's error where a whole file or text was asked for. */
  private guardStack(run: () => Value): Value {
    try {
      return run();
    } catch (error) {
      if (isStackExhaustion(error)) throw stackOverflow();
      throw error;
    }
  }
}

/** In the words for a file that is kept in memory. */
function noSuchInternalFile(path: string): EvalError {
  return new EvalError(hint`file '${path}' does not exist`);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
