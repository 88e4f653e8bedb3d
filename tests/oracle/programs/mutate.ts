// Programs as people mistype them: a token too many, one too few, two in the wrong order.

import type { Random } from "./random.ts";

const tokens =
  "{ } ( ) [ ] \" '' ${ $ \\ ; : , . ... ? @ = == < <= ++ // / -> ! && || |> or let in rec with inherit if then else assert a 1 1.5 .5 ./a ./a/ <a> a:b ~/x # /* */ \t \r ü 99999999999999999999 'x __curPos".split(
    " ",
  );

export function mistype(text: string, random: Random): string {
  return random.chance(0.4) ? mistypeCharacter(text, random) : mistypeWord(text, random);
}

const characters = "\"'$\\{}()[];:=.,?@!<>|&+-*/#~ \n\ta0_ü".split("");

function mistypeCharacter(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const way = random.below(3);
  const added = way === 0 ? "" : random.pick(characters);
  return text.slice(0, at) + added + text.slice(way === 1 ? at : at + 1);
}

function mistypeWord(text: string, random: Random): string {
  const words = text.split(/(\s+|[{}()[\];:,.?@"$])/).filter((word) => word !== "");
  for (let count = 1 + random.below(2); count > 0; count--) {
    const at = random.below(words.length);
    const way = random.below(4);
    if (way === 0) words.splice(at, 1);
    else if (way === 1) words.splice(at, 0, random.pick(tokens));
    else if (way === 2) words.splice(at, 1, random.pick(tokens));
    else words.splice(at, 2, words[at + 1] ?? "", words[at] ?? "");
  }
  return words.join("");
}
