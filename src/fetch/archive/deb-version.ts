// Debian's order of versions: [epoch:]upstream[-revision], compared part by part, each as alternating runs of non-digits and
// digits. Peculiar: a tilde sorts before everything, even the end; letters sort before all other characters.

interface DebVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

function parseDebVersion(text: string): DebVersion {
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon < 0 ? 0 : Number(text.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? "" : rest.slice(dash + 1),
  };
}

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
export function compareDebVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = parseDebVersion(a);
  const right = parseDebVersion(b);
  return (
    left.epoch - right.epoch || comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision)
  );
}

export type VersionRelation = "<<" | "<=" | "=" | ">=" | ">>";

export function satisfiesRelation(version: string, relation: VersionRelation, wanted: string): boolean {
  const order = compareDebVersions(version, wanted);
  switch (relation) {
    case "<<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "=":
      return order === 0;
    case ">=":
      return order >= 0;
    case ">>":
      return order > 0;
  }
}

/**
 * What upstream calls this version, for the names of store paths: without epoch and revision, and without what the packager
 * added (+dfsg, ~ds1, +deb12u1, +really…). A tilde, which a store path's name cannot hold, becomes a dash.
 */
export function upstreamVersion(text: string): string {
  const { upstream } = parseDebVersion(text);
  const plain = upstream.replace(/[+~.-](?:dfsg|ds|deb|debian|repack|really|git|bzr|svn|hg)[0-9.a-z+~]*$/, "");
  return (plain === "" ? upstream : plain).replaceAll("~", "-").replaceAll(/[^0-9a-zA-Z+\-._?=]/g, "_");
}

function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [nextI, numberA] = readDigits(a, i);
    const [nextJ, numberB] = readDigits(b, j);
    if (numberA.length !== numberB.length) return numberA.length - numberB.length;
    if (numberA !== numberB) return numberA < numberB ? -1 : 1;
    i = nextI;
    j = nextJ;
  }
  return 0;
}

/** The digits from `start`, without leading zeros, and where they end. */
function readDigits(text: string, start: number): readonly [number, string] {
  let end = start;
  while (isDigit(text, end)) end++;
  return [end, text.slice(start, end).replace(/^0+/, "")];
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function weight(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0;
  const char = text[at] ?? "";
  if (char === "~") return -1;
  return /[A-Za-z]/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
}
