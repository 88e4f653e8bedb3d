// Text with the colours of a terminal, as elements: each run becomes a span with a class for its colour, and the name of a
// place in one of the project's files becomes a button that leads there.

import type { Place } from "./evaluate.ts";
import { projectFolder } from "./project.ts";

/** The escape sequences that the language writes. */
const classes: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "faint",
  "31;1": "red",
  "32;1": "green",
  "33;1": "yellow",
  "34;1": "blue",
  "35;1": "magenta",
  "36;1": "cyan",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "34": "blue",
  "35": "magenta",
  "36": "cyan",
};

const placePattern = new RegExp(`^${projectFolder}/(.+):(\\d+):(\\d+)$`);

export function terminalText(text: string, goTo: (place: Place) => void): DocumentFragment {
  const fragment = document.createDocumentFragment();
  let className = "";
  for (const [index, part] of text.split(/\x1b\[([\d;]*)m/).entries()) {
    // Every second part is what stood between ESC [ and m.
    if (index % 2 === 1) className = classes[part] ?? "";
    else if (part !== "") fragment.append(run(part, className, goTo));
  }
  return fragment;
}

function run(text: string, className: string, goTo: (place: Place) => void): Node {
  const match = placePattern.exec(text);
  if (match !== null) {
    const [, file = "", line, column] = match;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "place";
    button.textContent = text;
    button.addEventListener("click", () => goTo({ file, line: Number(line), column: Number(column) }));
    return button;
  }
  if (className === "") return document.createTextNode(text);
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}
