// The lines of trees, and the colours of what `nix flake` prints. Nix colours these also where no terminal reads them.

export const ansi = {
  normal: "\x1b[0m",
  bold: "\x1b[1m",
  green: "\x1b[32;1m",
  warning: "\x1b[35;1m",
} as const;

export const tree = {
  connected: "\xe2\x94\x9c\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80",
  last: "\xe2\x94\x94\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80",
  line: "\xe2\x94\x82   ",
  none: "    ",
} as const;

export function bold(text: string): string {
  return ansi.bold + text + ansi.normal;
}
