/** `'…'`, with every quote inside written as `'\''` (Nix's escapeShellArgAlways). */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
