// Draws a report: messages, then the value or the error, or the derivations with what is in their .drv files. A program
// may say more than a page can hold; what is too much is cut off, and the page says so.

import type { Place, Report, ShownDerivation } from "./evaluate.ts";
import type { Project } from "./project.ts";
import { terminalText } from "./terminal-text.ts";

const maxMessages = 200;
const maxDerivations = 200;
const maxCharacters = 300_000;

type GoTo = (place: Place) => void;

export function drawReport(report: Report, { view, strict }: Project, goTo: GoTo): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const message of report.messages.slice(0, maxMessages)) fragment.append(terminal("message", message, goTo));
  noteRest(fragment, report.messages.length - maxMessages, "messages");
  if (view === "derivations" && report.succeeded) {
    if (report.derivations.length === 0) {
      fragment.append(
        hint(strict ? "This program makes no derivation." : "Nothing asked for a derivation; strict does."),
      );
    }
    // What was asked for comes first, what it is made of below.
    const reversed = report.derivations.toReversed();
    for (const derivation of reversed.slice(0, maxDerivations)) fragment.append(drawDerivation(derivation));
    noteRest(fragment, reversed.length - maxDerivations, "derivations");
  } else {
    fragment.append(terminal(report.succeeded ? `value ${view}` : "error", report.text.slice(0, maxCharacters), goTo));
    noteRest(fragment, report.text.length - maxCharacters, "characters");
  }
  return fragment;
}

function noteRest(fragment: DocumentFragment, count: number, what: string): void {
  if (count > 0) fragment.append(hint(`… and ${count} more ${what}`));
}

/** A note of the page's own. */
export function hint(text: string): HTMLElement {
  const element = document.createElement("p");
  element.className = "hint";
  element.textContent = text;
  return element;
}

function terminal(className: string, text: string, goTo: GoTo): HTMLElement {
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
