// Debian's control format: stanzas of `Field: value` lines parted by blank lines; a line that begins with a space or tab
// continues the field before it. Field names are compared without case, and are given in lower case.

export type Stanza = ReadonlyMap<string, string>;

/**
 * The stanzas of a file, one by one. `wanted` limits the fields kept, in lower case: an index of a whole archive has fifty
 * million characters, most of them in fields that nobody asks for.
 * Throws a plain Error that names the line; the caller knows the file.
 */
export function* parseStanzas(text: string, wanted?: ReadonlySet<string>): Generator<Stanza> {
  let stanza = new Map<string, string>();
  let field: string | undefined;
  let seen = false;
  let start = 0;
  let number = 0;
  while (start < text.length) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    number++;
    const first = text.charCodeAt(start);
    if (end === start || text.slice(start, end).trim() === "") {
      if (seen) yield stanza;
      if (seen) stanza = new Map();
      seen = false;
      field = undefined;
    } else if (first === 32 || first === 9) {
      if (!seen) throw new Error(`line ${number} continues a field, but none came before it`);
      if (field !== undefined) stanza.set(field, `${stanza.get(field) ?? ""}\n${text.slice(start + 1, end).trimEnd()}`);
    } else if (first !== 35) {
      const colon = text.indexOf(":", start);
      if (colon < 0 || colon >= end) throw new Error(`line ${number} is neither a field nor blank`);
      const name = text.slice(start, colon).toLowerCase();
      seen = true;
      field = wanted === undefined || wanted.has(name) ? name : undefined;
      if (field !== undefined) stanza.set(field, text.slice(colon + 1, end).trim());
    }
    start = end + 1;
  }
  if (seen) yield stanza;
}

/** The lines of a multi-line field (checksums, for example), each split at white space; the first, empty line left out. */
export function fieldRows(value: string | undefined): readonly (readonly string[])[] {
  if (value === undefined) return [];
  return value
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}
