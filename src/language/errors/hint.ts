// The wording of errors and trace frames: text with arguments, which a terminal shows in magenta (HintFmt). Formatting is
// put off until somebody reads the text, because most errors of a large evaluation are caught and never shown.

export const ansi = {
  normal: "\x1b[0m",
  bold: "\x1b[1m",
  red: "\x1b[31;1m",
  green: "\x1b[32;1m",
  warning: "\x1b[35;1m",
  blue: "\x1b[34;1m",
  /** Numbers among printed values. */
  cyan: "\x1b[36;1m",
} as const;

/** What an argument of a hint may be: a byte string or number in magenta, another hint, or text left uncoloured. */
export type HintArgument = string | number | bigint | Hint | Uncolored;

const colorSequence = /\x1b\[[0-9;]*m/g;

/** Text that is shown as it stands; it may bring colours of its own, like a printed value. */
export class Uncolored {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Marks an argument of a hint that is not to be magenta. */
export function uncolored(text: string): Uncolored {
  return new Uncolored(text);
}

export class Hint {
  readonly #strings: readonly string[];
  readonly #values: readonly HintArgument[];

  constructor(strings: readonly string[], values: readonly HintArgument[]) {
    this.#strings = strings;
    this.#values = values;
  }

  /** The text as Nix would write it to a terminal, with escape sequences; a byte string. */
  get colored(): string {
    return this.#format(
      (value) => `${ansi.warning}${value}${ansi.normal}`,
      (text) => text,
    );
  }

  /** The text without colours, those of arguments that colour themselves included; a byte string. */
  get plain(): string {
    return this.#format(
      (value) => value,
      (text) => text.replace(colorSequence, ""),
    );
  }

  #format(color: (value: string) => string, keep: (text: string) => string): string {
    let text = this.#strings[0] ?? "";
    for (const [index, value] of this.#values.entries()) {
      if (value instanceof Hint) text += value.#format(color, keep);
      else if (value instanceof Uncolored) text += keep(value.text);
      else text += color(String(value));
      text += this.#strings[index + 1] ?? "";
    }
    return text;
  }

  toString(): string {
    return this.plain;
  }
}

/**
 * A hint from a template: hint`attribute '${name}' missing`. Its literal text is ASCII or already a byte string, its
 * arguments are byte strings.
 */
export function hint(strings: TemplateStringsArray, ...values: readonly HintArgument[]): Hint {
  return new Hint(strings, values);
}

/** A hint that is the text as it stands, without arguments. */
export function literalHint(text: string): Hint {
  return new Hint([text], []);
}
