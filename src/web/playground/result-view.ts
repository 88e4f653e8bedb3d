// Draws a report: messages, then the value or the error, or the derivations with what is in their .drv files.

import type { Place, Report, ShownDerivation } from "./evaluate.ts";
import type { View } from "./project.ts";
import { terminalText } from "./terminal-text.ts";

export function drawReport(report: Report, view: View, goTo: (place: Place) => void): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const message of report.messages) fragment.append(paragraph("message", message, goTo));
  if (view === "derivations" && report.succeeded) {
    if (report.derivations.length === 0) fragment.append(hint("This program makes no derivation."));
    // What was asked for comes first, what it is made of below.
    for (const derivation of report.derivations.toReversed()) fragment.append(drawDerivation(derivation));
  } else {
    fragment.append(paragraph(report.succeeded ? `value ${view}` : "error", report.text, goTo));
  }
  return fragment;
}

/** A note of the page's own. */
export function hint(text: string): HTMLElement {
  const element = document.createElement("p");
  element.className = "hint";
  element.textContent = text;
  return element;
}

function paragraph(className: string, text: string, goTo: (place: Place) => void): HTMLElement {
  const element = document.createElement("pre");
  element.className = className;
  element.append(terminalText(text, goTo));
  return element;
}

function drawDerivation({ name, path, outputs, text }: ShownDerivation): HTMLElement {
  const article = document.createElement("article");
  const title = document.createElement("h2");
  title.textContent = name;
  const list = document.createElement("dl");
  addRow(list, "derivation", path);
  for (const output of outputs) addRow(list, output.name, output.path ?? "known once it is built");
  const source = document.createElement("pre");
  source.className = "drv";
  source.textContent = text;
  article.append(title, list, source);
  return article;
}

function addRow(list: HTMLElement, term: string, text: string): void {
  const dt = document.createElement("dt");
  dt.textContent = term;
  const dd = document.createElement("dd");
  dd.textContent = text;
  list.append(dt, dd);
}
