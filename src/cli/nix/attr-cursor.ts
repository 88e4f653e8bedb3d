// A place in the outputs of a flake: its value is computed when it is asked for, and it knows the path that leads to it
// (Nix's AttrCursor, without its cache).

import {
  Attrs,
  BaseError,
  type Evaluator,
  hint,
  NixPath,
  NixString,
  type Slot,
  TypeError,
  typeName,
  type Value,
} from "#language";

export class AttrCursor {
  private readonly evaluator: Evaluator;
  private readonly parent: { readonly cursor: AttrCursor; readonly name: string } | undefined;
  private readonly compute: () => Value;

  constructor(evaluator: Evaluator, parent: AttrCursor["parent"], compute: () => Value) {
    this.evaluator = evaluator;
    this.parent = parent;
    this.compute = compute;
  }

  get nameList(): readonly string[] {
    return this.parent === undefined ? [] : [...this.parent.cursor.nameList, this.parent.name];
  }

  /** The names on the way, joined by dots. */
  get path(): string {
    return this.nameList.join(".");
  }

  force(): Value {
    return this.compute();
  }

  /** Undefined when there is no such attribute, or no set. */
  find(name: string): AttrCursor | undefined {
    const value = this.force();
    if (!(value instanceof Attrs)) return undefined;
    const slot = value.get(this.evaluator.symbol(name));
    if (slot === undefined) return undefined;
    return new AttrCursor(this.evaluator, { cursor: this, name }, () => this.evaluator.force(slot));
  }

  get(name: string): AttrCursor {
    const found = this.find(name);
    if (found === undefined)
      throw new BaseError(hint`attribute '${[...this.nameList, name].join(".")}' does not exist`);
    return found;
  }

  /** In byte order. */
  names(): string[] {
    const value = this.force();
    if (!(value instanceof Attrs)) throw new TypeError(hint`'${this.path}' is not an attribute set`);
    return value.symbols.map((symbol) => this.evaluator.symbols.name(symbol)).toSorted();
  }

  isDerivation(): boolean {
    return this.find("type")?.text() === "derivation";
  }

  text(): string {
    const value = this.force();
    if (typeof value === "string") return value;
    if (value instanceof NixString) return value.text;
    if (value instanceof NixPath) return value.path;
    throw new TypeError(hint`'${this.path}' is not a string but ${typeName(value)}`);
  }

  boolean(): boolean {
    const value = this.force();
    if (typeof value === "boolean") return value;
    throw new TypeError(hint`'${this.path}' is not a Boolean`);
  }

  texts(): string[] {
    const value = this.force();
    if (!Array.isArray(value)) throw new TypeError(hint`'${this.path}' is not a list`);
    return (value as readonly Slot[]).map((item) =>
      this.evaluator.forceStringNoContext(item, "while evaluating an attribute for caching"),
    );
  }
}
