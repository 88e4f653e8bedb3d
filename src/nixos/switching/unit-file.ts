// Unit files of systemd as a switch compares them: sections, their keys, and all values of a key in order. A drop-in is read
// behind its unit; an empty value takes back what was said before. [Install] says nothing about a running unit and is left out.

/** Section, key, values. Byte strings. */
export type Unit = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** `texts`: the unit's own file, then its drop-ins. A line that systemd would ignore is ignored. */
export function parseUnit(texts: readonly string[]): Unit {
  const unit = new Map<string, Map<string, string[]>>();
  for (const text of texts) {
    let section = "";
    for (const line of logicalLines(text)) {
      const header = /^\[(.*)\]$/.exec(line)?.[1];
      if (header !== undefined) {
        section = header;
        if (section !== "Install" && !unit.has(section)) unit.set(section, new Map());
        continue;
      }
      const equals = line.indexOf("=");
      const keys = unit.get(section);
      if (equals < 0 || keys === undefined) continue;
      const key = line.slice(0, equals).trimEnd();
      const value = line.slice(equals + 1).trimStart();
      keys.set(key, value === "" ? [] : [...(keys.get(key) ?? []), value]);
    }
  }
  return unit;
}

/** The last value of a switch such as `X-StopIfChanged`; `otherwise` when it is not set. */
export function unitFlag(unit: Unit, section: string, key: string, otherwise: boolean): boolean {
  const last = unit.get(section)?.get(key)?.at(-1);
  return last === undefined ? otherwise : ["1", "yes", "true", "on"].includes(last);
}

/** The words in all values of a key. */
export function unitWords(unit: Unit, section: string, key: string): string[] {
  const values = unit.get(section)?.get(key) ?? [];
  return values.flatMap((value) => value.split(/\s+/)).filter((word) => word !== "");
}

/** Without comments; a line that ends in a backslash goes on in the next one. */
function* logicalLines(text: string): Generator<string, void> {
  let begun = "";
  for (const line of text.split("\n")) {
    const trimmed = line.trim();
    if (trimmed.startsWith("#") || trimmed.startsWith(";")) continue;
    if (trimmed.endsWith("\\")) begun += `${trimmed.slice(0, -1)} `;
    else {
      const whole = begun + trimmed;
      begun = "";
      if (whole !== "") yield whole;
    }
  }
  if (begun.trim() !== "") yield begun.trim();
}
