// Small recognisers put together to larger ones, as toml11 builds its grammar. Each knows where it ends and, when it does not
// stand where it should, what is missing at which place: the wording and the places of toml11's complaints follow from how its
// grammar is put together, so it is put together in the same way here. None of them takes back what it has once accepted.

export interface Scanner {
  /** Where it ends when it begins at `at`; -1 when it does not stand there. */
  readonly scan: (source: string, at: number) => number;
  /** Asked where it does not stand. */
  readonly expected: (source: string, at: number) => Expected;
}

interface Expected {
  readonly text: string;
  /** How far into it the text agrees. */
  readonly at: number;
}

/** One of these characters. */
export function oneOf(characters: string): Scanner {
  const each = characters.split("");
  return named(enumerate(each.map(showCharacter)), each.map((character) => character + character).join(""));
}

export function range(from: string, to: string): Scanner {
  return named(`from \`${from}\` to \`${to}\``, from + to);
}

/** A character of one of the ranges, each of which is written as its first and its last; under a name of its own. */
export function named(text: string, ranges: string): Scanner {
  const accepted = characterTable(ranges);
  return {
    scan: (source, at) => (accepted[source.charCodeAt(at)] === 1 ? at + 1 : -1),
    expected: (_source, at) => ({ text, at }),
  };
}

/** As many characters of the ranges as there are; at least one. */
export function run(ranges: string): Scanner {
  const accepted = characterTable(ranges);
  return {
    scan(source, at) {
      let end = at;
      while (accepted[source.charCodeAt(end)] === 1) end++;
      return end === at ? -1 : end;
    },
    expected: (_source, at) => ({ text: "", at }),
  };
}

function characterTable(ranges: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < ranges.length; i += 2) table.fill(1, ranges.charCodeAt(i), ranges.charCodeAt(i + 1) + 1);
  return table;
}

export function literal(text: string): Scanner {
  const first = text.charCodeAt(0);
  return {
    scan: (source, at) => (source.charCodeAt(at) === first && source.startsWith(text, at) ? at + text.length : -1),
    expected: (_source, at) => ({ text, at }),
  };
}

export function sequence(...parts: readonly Scanner[]): Scanner {
  return {
    scan(source, at) {
      let end = at;
      for (const part of parts) {
        end = part.scan(source, end);
        if (end < 0) return -1;
      }
      return end;
    },
    expected: (source, at) => expectedOf(parts, source, at),
  };
}

/** The first that stands there is taken, even where what follows would fit a later one. */
export function either(...choices: readonly Scanner[]): Scanner {
  return {
    scan(source, at) {
      for (const choice of choices) {
        const end = choice.scan(source, at);
        if (end >= 0) return end;
      }
      return -1;
    },
    expected(source, at) {
      // Each is asked where the one before it stopped.
      let place = at;
      const texts = choices.map((choice) => {
        const expected = choice.expected(source, place);
        place = expected.at;
        return expected.text;
      });
      return { text: enumerate(texts), at: place };
    },
  };
}

export function times(count: number, part: Scanner): Scanner {
  return sequence(...Array.from({ length: count }, () => part));
}

export function atLeast(count: number, part: Scanner): Scanner {
  const first = times(count, part);
  return {
    scan(source, at) {
      let end = first.scan(source, at);
      for (let next = end; next >= 0 && end < source.length; next = part.scan(source, end)) end = next;
      return end;
    },
    expected: first.expected,
  };
}

export function maybe(part: Scanner): Scanner {
  return {
    scan(source, at) {
      const end = part.scan(source, at);
      return end < 0 ? at : end;
    },
    expected: (_source, at) => ({ text: "", at }),
  };
}

/** What it is called when it is missing. */
export function called(text: string, part: Scanner): Scanner {
  return { scan: part.scan, expected: (_source, at) => ({ text, at }) };
}

function expectedOf(parts: readonly Scanner[], source: string, at: number): Expected {
  let place = at;
  for (const part of parts) {
    const end = part.scan(source, place);
    if (end < 0) return part.expected(source, place);
    place = end;
  }
  return { text: "", at: place };
}

/** `a, b, or c`. */
function enumerate(texts: readonly string[]): string {
  if (texts.length < 3) return texts.join(" or ");
  return `${texts.slice(0, -1).join(", ")}, or ${texts.at(-1) ?? ""}`;
}

const characterNames: Readonly<Record<string, string>> = {
  "\0": "(NUL)",
  " ": "(SPACE)",
  "\n": "(LINE FEED)",
  "\r": "(CARRIAGE RETURN)",
  "\t": "(TAB)",
  "\v": "(VERTICAL TAB)",
  "\f": "(FORM FEED)",
  "\x1b": "(ESCAPE)",
};

/** A character that is not printable ASCII is spelled out. */
export function showCharacter(character: string): string {
  if (character > " " && character < "\x7f") return character;
  return `0x${character.charCodeAt(0).toString(16).padStart(2, "0")}${characterNames[character] ?? ""}`;
}
