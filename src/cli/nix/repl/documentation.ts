// `:doc`: what there is to say about a builtin, a function, or an attribute with a doc comment.

import { FirnError } from "#formats";
import type { Pos, Value } from "#language";
import { renderMarkdown } from "./markdown.ts";
import type { Repl } from "./repl.ts";

interface Selection {
  readonly set: Value;
  readonly name: string;
}

interface Place {
  readonly name: string;
  readonly pos: Pos;
}

export function showDocumentation(repl: Repl, text: string): void {
  const { evaluator } = repl.host;
  const program = repl.read(text);
  const place = selectedPlace(repl, program.finalSelection?.());
  const documentation =
    evaluator.documentationOf(program.evaluate()) ??
    (place === undefined ? undefined : evaluator.documentAttribute(place.name, place.pos));
  if (documentation === undefined) throw notDocumented();
  const { markdown } = repl.host;
  const drawn = markdown === undefined ? documentation : renderMarkdown(documentation, markdown);
  repl.host.write(`${drawn.replace(/^[ \n\r\t]+|[ \n\r\t]+$/g, "")}\n`);
}

/** Where the attribute stands that `set.name` selects; undefined when it is not there, which evaluation will tell. */
function selectedPlace(repl: Repl, selection: Selection | undefined): Place | undefined {
  if (selection === undefined) return undefined;
  const { evaluator } = repl.host;
  const frame = "while evaluating an attribute set to look for documentation";
  const attrs = evaluator.forceAttrs(selection.set, frame);
  return { name: selection.name, pos: attrs.positionOf(evaluator.symbol(selection.name)) };
}

function notDocumented(): FirnError {
  return new FirnError("not-documented", "value does not have documentation");
}
