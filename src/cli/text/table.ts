// Columns of text, each as wide as its widest cell, two blanks between them (Nix's printTable). Widths are in bytes.

import type { Output } from "../program/output.ts";

export function printTable(output: Output, rows: readonly (readonly string[])[]): void {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const text = cell.replaceAll("\n", " ");
      return column < row.length - 1 ? text.padEnd((widths[column] ?? 0) + 2) : text;
    });
    output.writeLine(cells.join(""));
  }
}
