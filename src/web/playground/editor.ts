// One file being edited: a textarea with line numbers and a coloured copy of its text beneath it. Each file has its own, so
// that its undo history, selection and scrolling stay. Enter keeps the indentation; Tab moves on, as everywhere in a page.

import { fromByteString, toByteString } from "#formats";
import type { Place } from "./evaluate.ts";
import { highlight } from "./highlight.ts";

export class Editor {
  readonly element = document.createElement("div");
  private readonly isColoured: boolean;
  private readonly area = document.createElement("textarea");
  private readonly numbers = document.createElement("pre");
  private readonly colours = document.createElement("pre");
  private faultyLine: number | undefined;
  private numbersDrawn = 0;

  constructor(name: string, text: string, changed: () => void) {
    this.isColoured = /\.(?:nix|json)$/.test(name);
    this.element.className = "editor";
    this.numbers.className = "numbers";
    this.colours.className = "colours";
    for (const layer of [this.numbers, this.colours]) layer.ariaHidden = "true";
    const { area } = this;
    area.value = text;
    area.spellcheck = false;
    area.autocapitalize = "off";
    area.autocomplete = "off";
    area.wrap = "off";
    area.setAttribute("autocorrect", "off");
    area.ariaLabel = `Text of ${name}`;
    area.addEventListener("input", () => {
      this.draw();
      this.markLine(undefined);
      changed();
    });
    area.addEventListener("scroll", () => this.followScroll());
    area.addEventListener("keydown", (event) => this.keepIndentation(event));
    this.element.append(this.numbers, this.colours, area);
    this.draw();
  }

  get text(): string {
    return this.area.value;
  }

  focus(): void {
    this.area.focus();
  }

  /** Marks the number of a line, or none. */
  markLine(line: number | undefined): void {
    if (line === this.faultyLine) return;
    this.faultyLine = line;
    this.drawNumbers();
  }

  /** Puts the cursor there and scrolls to it. */
  goTo({ line, column }: Place): void {
    const { area } = this;
    const lines = area.value.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const inLine = fromByteString(toByteString(lines[line - 1] ?? "").slice(0, column - 1)).length;
    area.focus();
    area.setSelectionRange(before + inLine, before + inLine);
    const height = area.scrollHeight / lines.length;
    area.scrollTop = (line - 1) * height - area.clientHeight / 2;
    this.followScroll();
  }

  private draw(): void {
    const text = this.area.value;
    // A textarea shows a last, empty line; a pre only when something follows the line end.
    this.colours.replaceChildren(this.isColoured ? highlight(text) : text, "\n");
    if (this.countLines() !== this.numbersDrawn) this.drawNumbers();
    this.followScroll();
  }

  private countLines(): number {
    return this.area.value.split("\n").length;
  }

  private drawNumbers(): void {
    const count = this.countLines();
    this.numbersDrawn = count;
    this.numbers.replaceChildren(
      ...Array.from({ length: count }, (_, index) => {
        const number = document.createElement("span");
        number.textContent = `${index + 1}\n`;
        if (index + 1 === this.faultyLine) number.className = "faulty";
        return number;
      }),
    );
  }

  private followScroll(): void {
    const { scrollTop, scrollLeft } = this.area;
    this.numbers.scrollTop = scrollTop;
    this.colours.scrollTop = scrollTop;
    this.colours.scrollLeft = scrollLeft;
  }

  private keepIndentation(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { area } = this;
    const line = area.value.slice(area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, area.selectionStart);
    const indentation = /^ */.exec(line)?.[0] ?? "";
    const deeper = /(?:[{([=:]|''|\b(?:let|in|then|else))\s*$/.test(line) ? "  " : "";
    event.preventDefault();
    // The one way to change a textarea that its undo history takes part in.
    document.execCommand("insertText", false, `\n${indentation}${deeper}`);
  }
}
