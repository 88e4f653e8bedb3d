// Programs as people mistype them: a token too many, one too few, two in the wrong order.

import type { Random } from "./random.ts";

const tokens =
  "{ } ( ) [ ] \" '' ${ $ \\ ; : , . ... ? @ = == < <= ++ // / -> ! && || |> or let in rec with inherit if then else assert a 1 1.5 .5 ./a ./a/ <a> a:b ~/x # /* */ \t \r ü 99999999999999999999 'x __curPos".split(
    " ",
  );

export function mistype(text: string, random: Random): string {
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
