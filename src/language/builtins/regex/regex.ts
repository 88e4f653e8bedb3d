// Compiled regular expressions as `match` and `split` use them, remembered by pattern.

import { Automaton, type Match } from "./automaton.ts";
import { parseRegex } from "./parse.ts";
import type { ParsedRegex } from "./syntax.ts";
import { translateRegex, type Translation } from "./translate.ts";

/** What a group matched; undefined when it took no part. */
export type Groups = readonly (string | undefined)[];

/** Gets the place of a match in the text, and what its groups matched. */
export type VisitMatch = (start: number, end: number, groups: Groups) => void;

export class Regex {
  private readonly parsed: ParsedRegex;
  private readonly translation: Translation;
  private automaton: Automaton | undefined;

  /** Throws RegexError. */
  constructor(pattern: string) {
    this.parsed = parseRegex(pattern);
    this.translation = translateRegex(this.parsed);
  }

  /** The groups if the whole text matches. */
  matchWhole(text: string): Groups | undefined {
    const { whole } = this.translation;
    if (whole !== undefined) return whole.exec(text)?.slice(1);
    const match = this.fallback().match(text, 0, "whole");
    return match === undefined ? undefined : groupsOf(text, match);
  }

  /** All matches from left to right, as std::regex_iterator steps: behind an empty match, first one that is not empty. */
  forEachMatch(text: string, visit: VisitMatch): void {
    const { search } = this.translation;
    if (search === undefined) {
      this.forEachMatchByAutomaton(text, visit);
    } else if (this.parsed.groups === 0) {
      // V8 finds all at once here, where each `exec` makes an array.
      text.replace(search, (matched, start: number) => {
        visit(start, start + matched.length, noGroups);
        return "";
      });
    } else {
      search.lastIndex = 0;
      for (let match = search.exec(text); match !== null; match = search.exec(text)) {
        visit(match.index, match.index + match[0].length, match.slice(1));
        if (match[0] === "") search.lastIndex++;
      }
    }
  }

  private forEachMatchByAutomaton(text: string, visit: VisitMatch): void {
    const automaton = this.fallback();
    let from = 0;
    let wasEmpty = false;
    for (;;) {
      let match: Match | undefined;
      if (wasEmpty) {
        if (from === text.length) return;
        match = automaton.match(text, from, "hereNotEmpty");
        if (match === undefined) from++;
      }
      for (; match === undefined && from <= text.length; from++) match = automaton.match(text, from, "here");
      if (match === undefined) return;
      const [start = 0, end = 0] = match;
      visit(start, end, groupsOf(text, match));
      wasEmpty = start === end;
      from = end;
    }
  }

  private fallback(): Automaton {
    this.automaton ??= new Automaton(this.parsed);
    return this.automaton;
  }
}

const noGroups: Groups = [];

function groupsOf(text: string, match: Match): Groups {
  const groups: (string | undefined)[] = [];
  for (let i = 2; i < match.length; i += 2) {
    const end = match[i + 1] as number;
    groups.push(end < 0 ? undefined : text.slice(match[i], end));
  }
  return groups;
}

export class RegexCache {
  private readonly compiled = new Map<string, Regex>();

  /** Throws RegexError; a refused pattern is not remembered. */
  get(pattern: string): Regex {
    const known = this.compiled.get(pattern);
    if (known !== undefined) return known;
    const regex = new Regex(pattern);
    this.compiled.set(pattern, regex);
    return regex;
  }
}
