// How versions are cut into components and compared, and how a package name is told from its version.

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= "0" && char <= "9";

const component = /[0-9]+|[^0-9.-]+/y;

/** `1.2pre3` → 1, 2, pre, 3: runs of digits and of other characters; dots and dashes only separate (nextComponent). */
export function splitVersion(version: string): string[] {
  const components: string[] = [];
  for (let at = 0; ; at = component.lastIndex) {
    while (version[at] === "." || version[at] === "-") at++;
    component.lastIndex = at;
    const match = component.exec(version);
    if (match === null) return components;
    components.push(match[0]);
  }
}

/** -1, 0 or 1, as `builtins.compareVersions` (compareVersions). */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  const componentsA = splitVersion(a);
  const componentsB = splitVersion(b);
  for (let i = 0; i < componentsA.length || i < componentsB.length; i++) {
    const left = componentsA[i] ?? "";
    const right = componentsB[i] ?? "";
    if (isComponentLess(left, right)) return -1;
    if (isComponentLess(right, left)) return 1;
  }
  return 0;
}

function isComponentLess(a: string, b: string): boolean {
  const numberA = componentNumber(a);
  const numberB = componentNumber(b);
  if (numberA !== undefined && numberB !== undefined) return numberA < numberB;
  if (a === "" && numberB !== undefined) return true;
  if (a === "pre" && b !== "pre") return true;
  if (b === "pre") return false;
  // 2.3a comes before 2.3.1.
  if (numberB !== undefined) return true;
  if (numberA !== undefined) return false;
  return a < b;
}

/** Digits beyond 32 bits count as text, as in Nix. */
function componentNumber(text: string): number | undefined {
  if (!isDigit(text[0])) return undefined;
  const value = Number(text);
  return value <= 0x7fffffff ? value : undefined;
}

export interface PackageName {
  readonly name: string;
  /** Empty when the name has none. */
  readonly version: string;
}

/** The version begins behind the first dash that no letter follows: `apache-httpd-2.0.48` (DrvName). */
export function parsePackageName(fullName: string): PackageName {
  const dash = /-(?=[^A-Za-z])/.exec(fullName);
  if (dash === null) return { name: fullName, version: "" };
  return { name: fullName.slice(0, dash.index), version: fullName.slice(dash.index + 1) };
}
