// Doc comments, `/** … */`: their text without the marks. Nix strips indentation in a way of its own
// (stripIndentation), which counts the line with the opening mark as one that is indented.

import type { SourceFile } from "./ast.ts";
import type { DocComment } from "./scanner.ts";

/** What the comment says, as Markdown (DocComment::getInnerText). */
export function docCommentText(file: SourceFile, comment: DocComment): string {
  const inner = file.text.slice(comment.start + "/**".length, comment.end - "*/".length);
  return inner === "" ? "" : stripIndentation(`   ${inner}`);
}

/** Takes the least indentation of any line off all of them. */
export function stripIndentation(text: string): string {
  const indentation = leastIndentation(text);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `${line.slice(indentation)}\n`).join("");
}

function leastIndentation(text: string): number {
  let least = 10000;
  let current = 0;
  let isAtStart = true;
  for (const char of text) {
    if (isAtStart && char === " ") current++;
    else if (char === "\n") {
      // A line of nothing but spaces raises it: Nix takes the greater of the two here.
      if (isAtStart) least = Math.max(least, current);
      current = 0;
      isAtStart = true;
    } else if (isAtStart) {
      least = Math.min(least, current);
      isAtStart = false;
    }
  }
  return least;
}
