// Markdown drawn for a terminal, as the library that Nix uses (lowdown) draws it: paragraphs wrapped, marks of emphasis gone
// or turned into colours, code behind a bar. The constructs that doc comments use are known; what is unusual beyond them
// (nested tables, footnotes, HTML) is shown as it stands. Byte strings in and out.

import { fromByteString, toByteString } from "#formats";

export interface MarkdownOptions {
  /** Columns for text. */
  readonly columns: number;
  readonly colours: boolean;
}

type Block =
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "code"; readonly lines: readonly string[] }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  | { readonly kind: "list"; readonly items: readonly ListItem[]; readonly isLoose: boolean }
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "rule" };

interface ListItem {
  /** `· ` or `1. `. */
  readonly marker: string;
  readonly blocks: readonly Block[];
}

/** Text of one look. */
interface Run {
  readonly text: string;
  /** The numbers of the escape sequence, such as `1;94`; "" is plain. */
  readonly style: string;
}

export function renderMarkdown(text: string, options: MarkdownOptions): string {
  const blocks = parseBlocks(fromByteString(text).split("\n"));
  return toByteString(`${new Drawing(options).blocks(blocks, options.columns).join("\n")}\n`);
}

// ── Blocks ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const fence = /^ {0,3}(```+|~~~+)/;
const heading = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const rule = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const quote = /^ {0,3}> ?/;
const listItem = /^( {0,3})([-*+]|\d{1,9}[.)])(?:( +)(.*)|$)/;
const indented = /^ {4}/;
const tableRule = /^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

function parseBlocks(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    if (line.trim() === "") {
      at++;
      continue;
    }
    const [block, next] = parseBlock(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

function parseBlock(lines: readonly string[], at: number): [Block, number] {
  const line = lines[at] as string;
  const fenced = fence.exec(line)?.[1];
  if (fenced !== undefined) return parseFence(lines, at, fenced);
  if (indented.test(line)) return parseIndentedCode(lines, at);
  const title = heading.exec(line);
  if (title !== null) {
    return [{ kind: "heading", level: (title[1] as string).length, text: title[2] ?? "" }, at + 1];
  }
  if (rule.test(line)) return [{ kind: "rule" }, at + 1];
  if (quote.test(line)) return parseQuote(lines, at);
  if (listItem.test(line)) return parseList(lines, at);
  if (line.includes("|") && tableRule.test(lines[at + 1] ?? "") && (lines[at + 1] ?? "").includes("|")) {
    return parseTable(lines, at);
  }
  return parseParagraph(lines, at);
}

function parseFence(lines: readonly string[], at: number, mark: string): [Block, number] {
  const indent = (lines[at] as string).indexOf(mark);
  const code: string[] = [];
  let next = at + 1;
  for (; next < lines.length && !(lines[next] as string).trim().startsWith(mark); next++) {
    const line = lines[next] as string;
    code.push(line.slice(Math.min(indent, line.length - line.trimStart().length)));
  }
  return [{ kind: "code", lines: code }, next + 1];
}

function parseIndentedCode(lines: readonly string[], at: number): [Block, number] {
  let next = at;
  while (next < lines.length && (indented.test(lines[next] as string) || lines[next]?.trim() === "")) next++;
  const code = lines.slice(at, next).map((line) => line.slice(4));
  while (code.at(-1)?.trim() === "") code.pop();
  return [{ kind: "code", lines: code }, next];
}

function parseQuote(lines: readonly string[], at: number): [Block, number] {
  let next = at;
  while (next < lines.length && (lines[next] as string).trim() !== "") next++;
  return [{ kind: "quote", blocks: parseBlocks(lines.slice(at, next).map((line) => line.replace(quote, ""))) }, next];
}

function parseList(lines: readonly string[], at: number): [Block, number] {
  const isOrdered = (line: string): boolean => /^\s*\d/.test(line);
  const ordered = isOrdered(lines[at] as string);
  const items: ListItem[] = [];
  let isLoose = false;
  let next = at;
  while (next < lines.length) {
    const match = listItem.exec(lines[next] as string);
    if (match === null || isOrdered(lines[next] as string) !== ordered || rule.test(lines[next] as string)) break;
    const [, before = "", mark = "", gap = " ", rest = ""] = match;
    const width = before.length + mark.length + (gap.length > 4 ? 1 : gap.length);
    const [content, end] = itemLines(lines, next, rest, width);
    items.push({ marker: ordered ? mark.replace(")", ".") : "\u00b7", blocks: parseBlocks(content) });
    const isFollowed = end < lines.length && listItem.test(lines[end] as string);
    isLoose ||= content.slice(0, -1).includes("") || (isFollowed && content.at(-1) === "");
    next = end;
  }
  return [{ kind: "list", items, isLoose }, next];
}

/** The lines of an item without its indentation: those that are indented, and those that go on a paragraph. */
function itemLines(lines: readonly string[], at: number, first: string, width: number): [string[], number] {
  const content = [first];
  let next = at + 1;
  for (; next < lines.length; next++) {
    const line = lines[next] as string;
    const isBlank = line.trim() === "";
    const isInside = line.startsWith(" ".repeat(width));
    const goesOn = !isBlank && content.at(-1) !== "" && !startsBlock(line);
    if (!isBlank && !isInside && !goesOn) break;
    content.push(isBlank ? "" : isInside ? line.slice(width) : line.trimStart());
  }
  return [content, next];
}

function parseTable(lines: readonly string[], at: number): [Block, number] {
  let next = at;
  while (next < lines.length && (lines[next] as string).includes("|")) next++;
  const cells = (line: string): string[] =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  const rows = lines.slice(at, next).filter((_, index) => index !== 1);
  return [{ kind: "table", rows: rows.map(cells) }, next];
}

function parseParagraph(lines: readonly string[], at: number): [Block, number] {
  let next = at + 1;
  while (next < lines.length && (lines[next] as string).trim() !== "" && !startsBlock(lines[next] as string)) next++;
  const text = lines.slice(at, next).map((line) => line.trimStart());
  return [{ kind: "paragraph", text: text.join("\n") }, next];
}

/** Whether a line cannot go on a paragraph. */
function startsBlock(line: string): boolean {
  return [fence, heading, rule, quote, listItem].some((pattern) => pattern.test(line));
}

// ── Text inside of blocks ──────────────────────────────────────────────────────────────────────────────────────────────

const styles = { strong: "1", emphasis: "3", code: "1;94", link: "1;93", address: "4;32", image: "37" };

const inline =
  /(?<escaped>\\[!-/:-@[-`{-~])|(?<ticks>`+)(?<code>.+?)(?<!`)\k<ticks>(?!`)|!\[(?<image>[^\]]*)\]\([^)]*\)|\[(?<label>[^\]]*)\]\((?<target>[^)\s]*)[^)]*\)|<(?<address>[a-z][a-z0-9+.-]*:[^>\s]*)>|(?<bold>\*\*|__)(?=\S)(?<strong>.+?)(?<=\S)\k<bold>|(?<star>\*)(?=\S)(?<starred>.+?)(?<=[^\s*])\*(?!\*)|(?<![\p{L}\p{N}])_(?=\S)(?<underlined>.+?)(?<=\S)_(?![\p{L}\p{N}])|(?<entity>&(?:amp|lt|gt|quot|nbsp);)/su;

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&nbsp;": "\u00a0",
};

function parseInline(text: string, style = ""): Run[] {
  const runs: Run[] = [];
  let rest = text;
  for (let match = inline.exec(rest); match !== null; match = inline.exec(rest)) {
    if (match.index > 0) runs.push({ text: rest.slice(0, match.index), style });
    runs.push(...runsOf(match, style));
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest !== "") runs.push({ text: rest, style });
  return runs;
}

function runsOf(match: RegExpExecArray, style: string): Run[] {
  const groups = match.groups as Record<string, string | undefined>;
  const { escaped, code, image, label, target, address, strong, entity } = groups;
  const emphasis = groups["starred"] ?? groups["underlined"];
  if (escaped !== undefined) return [{ text: escaped.slice(1), style }];
  if (code !== undefined) return [{ text: code.trim(), style: join(style, styles.code) }];
  if (image !== undefined) return [{ text: `[\u{1f5bb} ${image}]`, style: join(style, styles.image) }];
  if (label !== undefined) {
    const shown = parseInline(label, join(style, styles.link));
    const isRelative = !/^[a-z][a-z0-9+.-]*:/i.test(target ?? "");
    return isRelative
      ? shown
      : [...shown, { text: " ", style }, { text: target ?? "", style: join(style, styles.address) }];
  }
  if (address !== undefined) return [{ text: address, style: join(style, styles.address) }];
  if (strong !== undefined) return parseInline(strong, join(style, styles.strong));
  if (emphasis !== undefined) return parseInline(emphasis, join(style, styles.emphasis));
  return [{ text: entities[entity ?? ""] ?? match[0], style }];
}

function join(outer: string, inner: string): string {
  return outer === "" ? inner : `${outer};${inner}`;
}

// ── Drawing ────────────────────────────────────────────────────────────────────────────────────────────────────────────

class Drawing {
  private readonly options: MarkdownOptions;

  constructor(options: MarkdownOptions) {
    this.options = options;
  }

  /** The lines of blocks with an empty line between each two. */
  blocks(blocks: readonly Block[], columns: number): string[] {
    return blocks.flatMap((block, index) => [...(index === 0 ? [] : [""]), ...this.block(block, columns)]);
  }

  private block(block: Block, columns: number): string[] {
    switch (block.kind) {
      case "paragraph":
        return this.text(block.text, columns);
      case "heading": {
        const style = block.level === 1 ? "1;91" : "1;36";
        const mark = block.level === 1 ? "" : this.paint(`${"#".repeat(block.level)} `, style);
        return this.text(block.text, columns, style).map((line, index) => (index === 0 ? mark + line : line));
      }
      case "code":
        return block.lines.map((line) => this.paint("  \u2502 ", styles.code) + this.paint(line, styles.strong));
      case "quote":
        return this.blocks(block.blocks, columns - 4).map((line) => this.paint("  \u2502 ", "93") + line);
      case "list":
        return block.items.flatMap((item, index) => [
          ...(index > 0 && block.isLoose ? [""] : []),
          ...this.item(item, columns, block.isLoose),
        ]);
      case "table":
        return this.table(block.rows);
      case "rule":
        return [this.paint("\u2500".repeat(columns), "37")];
    }
  }

  private item(item: ListItem, columns: number, isLoose: boolean): string[] {
    const lines = item.blocks.flatMap((block, index) => {
      // What is no paragraph of its own keeps its line end, which shows as a space.
      const isTight = block.kind === "paragraph" && !isLoose;
      const drawn = this.block(isTight ? { ...block, text: `${block.text}\n` } : block, columns - 4);
      return index > 0 && isLoose ? ["", ...drawn] : drawn;
    });
    const marker = this.paint(`${item.marker.padStart(3)} `, "93");
    return lines.map((line, index) => (index === 0 ? marker : "    ") + line);
  }

  private table(rows: readonly (readonly string[])[]): string[] {
    const cells = rows.map((row) => row.map((cell) => parseInline(cell)));
    const widths = (cells[0] ?? []).map((_, column) =>
      Math.max(...cells.map((row) => lengthOf(row[column] ?? []) + (column === 0 ? 0 : 1))),
    );
    const bar = this.paint("\u2502", "93");
    const drawn = cells.map((row) =>
      widths
        .map((width, column) => {
          const runs = row[column] ?? [];
          const text = runs.map((run) => this.paint(run.text, run.style)).join("");
          return text + " ".repeat(Math.max(0, width - (column === 0 ? 0 : 1) - lengthOf(runs)));
        })
        .join(` ${bar} `),
    );
    const line = widths.map((width) => "\u2500".repeat(width + 1)).join("\u253c");
    return [drawn[0] ?? "", this.paint(line, "93"), ...drawn.slice(1)];
  }

  /** Text in lines of at most so many columns. A backslash or two spaces at the end of a line break it. */
  private text(text: string, columns: number, style = ""): string[] {
    return text.split(/(?:\\| {2,})\n/).flatMap((part) => this.wrap(parseInline(part, style), columns));
  }

  /**
   * A line is broken before a word that would reach its last column, but only where there is a space. A space that ends a
   * run stays before the break, since what comes next was not known when it was written.
   */
  private wrap(runs: readonly Run[], columns: number): string[] {
    const lines: Run[][] = [[]];
    let column = 0;
    let endsInSpace = false;
    for (const { text, style } of runs) {
      for (const [, gap = "", word = ""] of text.matchAll(/([ \n\t]*)([^ \n\t]*)/g)) {
        if (gap === "" && word === "") continue;
        let space = gap === "" || column === 0 ? "" : " ";
        const length = Array.from(word).length;
        if ((space !== "" || endsInSpace) && column + space.length + length >= columns) {
          lines.push([]);
          column = 0;
          space = "";
        }
        lines.at(-1)?.push({ text: space + word, style });
        column += space.length + length;
        endsInSpace = word === "" && space !== "";
      }
    }
    return lines.map((line) => this.paintRuns(line));
  }

  private paintRuns(runs: readonly Run[]): string {
    let text = "";
    for (let at = 0; at < runs.length;) {
      const { style } = runs[at] as Run;
      let end = at;
      while (end < runs.length && runs[end]?.style === style) end++;
      text += this.paint(
        runs
          .slice(at, end)
          .map((run) => run.text)
          .join(""),
        style,
      );
      at = end;
    }
    return text;
  }

  private paint(text: string, style: string): string {
    return this.options.colours && style !== "" && text !== "" ? `\x1b[${style}m${text}\x1b[0m` : text;
  }
}

function lengthOf(runs: readonly Run[]): number {
  return runs.reduce((length, run) => length + Array.from(run.text).length, 0);
}
