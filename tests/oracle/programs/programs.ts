// A random program from its seed, and what is told of one that Firn and the real Nix do not agree on.

import { toByteString } from "#formats";
import { Generator } from "./generator.ts";
import { knownDifference } from "./known-differences.ts";
import { mistype } from "./mutate.ts";
import type { Compared, Outcome, Program } from "./outcome.ts";
import type { Scene } from "./scene.ts";
import { atom, bare, type Node, printTree, smaller, spread } from "./tree.ts";

export interface Made {
  readonly seed: number;
  readonly tree: Node;
  readonly program: Program;
}

export function make(seed: number): Made {
  const generator = new Generator(seed);
  const { random } = generator;
  const made = generator.program();
  const tree = random.chance(0.3) ? spread(made, random) : made;
  const isMistyped = random.chance(0.08);
  const root = isMistyped ? atom(mistype(printTree(tree), random)) : tree;
  const showTrace = !isMistyped && random.chance(0.3);
  const parseOnly = random.chance(isMistyped ? 0.5 : 0.03);
  const isLazy = !parseOnly && random.chance(0.1);
  return { seed, tree: root, program: { source: toByteString(printTree(root)), showTrace, parseOnly, isLazy } };
}

export function isDifferent(program: Program, nix: Outcome, firn: Outcome): boolean {
  if (withoutTime(nix.stdout) === withoutTime(firn.stdout) && nix.stderr === firn.stderr) return false;
  return !knownDifference(nix);
}

/** A second may pass between one program and the other. */
function withoutTime(text: string): string {
  return text.replace(/currentTime = \d+/, "currentTime = …");
}

function describe({ seed, program }: Made, nix: Outcome, firn: Outcome): string {
  const flags = `${program.showTrace ? " --show-trace" : ""}${program.parseOnly ? " --parse" : ""}${program.isLazy ? " lazily" : ""}`;
  return `seed ${seed}${flags}\n${program.source}\n--- Nix\n${nix.stdout}${nix.stderr}--- Firn\n${firn.stdout}${firn.stderr}`;
}

/** The smallest program found that still shows a difference, described; it comes with what it was seen to make. */
export async function shrink(scene: Scene, made: Made, seen: Compared): Promise<string> {
  let smallest = made;
  let told = `not seen again: ${describe(made, seen.nix, seen.firn)}`;
  for (let round = 0; round < 40; round++) {
    const trees = round === 0 ? [smallest.tree] : smaller(smallest.tree).slice(0, 200);
    const candidates = trees.map((tree) => {
      const root = bare(tree);
      return { ...smallest, tree: root, program: { ...smallest.program, source: toByteString(printTree(root)) } };
    });
    if (candidates.length === 0) break;
    const programs = candidates.map(({ program }) => program);
    const outcomes = await scene.compare(programs);
    const index = programs.findIndex((program, at) => {
      const { nix, firn } = outcomes[at] as Compared;
      return isDifferent(program, nix, firn);
    });
    if (index < 0) break;
    smallest = candidates[index] as Made;
    const { nix, firn } = outcomes[index] as Compared;
    told = describe(smallest, nix, firn);
  }
  return told;
}
