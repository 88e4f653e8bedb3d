// Frames of the debugger as a person sees them (showDebugTrace), colours included whatever the terminal, as Nix does.

import { ansi, isKnownPosition, printCodeLines, printPosition } from "../errors/index.ts";
import type { DebugFrame } from "./debugger.ts";

/** One frame under its number, as `:bt` lists it; a byte string. */
export function printDebugFrame(index: number, frame: DebugFrame): string {
  const prefix = frame.isError ? `${ansi.red}error: ${ansi.normal}` : "";
  const title = `\n${ansi.blue}${index}${ansi.normal}: ${prefix}${frame.hint.colored}\n`;
  const { position } = frame;
  if (!isKnownPosition(position)) return title;
  return `${title}${printPosition(position)}\n${printCodeLines(position)}\n`;
}
