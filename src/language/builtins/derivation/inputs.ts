// What a derivation needs, read off the contexts of the strings in its attributes.

import { type InputNode, isDerivationPath, type StorePath } from "#formats";
import type { Evaluator } from "../../machine/evaluator.ts";
import type { DerivedFrom, StringContext } from "../../values/context.ts";
import { withLanguageErrors } from "../foreign-error.ts";

export interface Inputs {
  readonly derivations: ReadonlyMap<StorePath, InputNode>;
  readonly sources: readonly StorePath[];
}

interface OpenNode {
  readonly outputs: Set<string>;
  readonly dynamic: Map<string, OpenNode>;
}

export function inputsOfContext(evaluator: Evaluator, context: StringContext): Inputs {
  const derivations = new Map<StorePath, OpenNode>();
  const sources = new Set<StorePath>();
  for (const element of context.parsed()) {
    switch (element.kind) {
      case "opaque":
        sources.add(element.path);
        break;
      case "built":
        nodeOf(derivations, element.drv).outputs.add(element.output);
        break;
      case "drvDeep":
        // The builder may look at every derivation of the graph, so all of them and all their outputs are inputs.
        for (const path of withLanguageErrors(() => closureOf(evaluator, element.drv))) {
          sources.add(path);
          if (!isDerivationPath(path)) continue;
          const { outputs } = withLanguageErrors(() => evaluator.io.readDerivation(path));
          const node = nodeOf(derivations, { kind: "opaque", path });
          for (const output of outputs.keys()) node.outputs.add(output);
        }
    }
  }
  return {
    derivations: new Map(
      [...derivations].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, node]) => [path, close(node)]),
    ),
    sources: [...sources].toSorted(),
  };
}

function nodeOf(derivations: Map<StorePath, OpenNode>, from: DerivedFrom): OpenNode {
  if (from.kind === "opaque") return childOf(derivations, from.path);
  return childOf(nodeOf(derivations, from.drv).dynamic, from.output);
}

function childOf<K>(nodes: Map<K, OpenNode>, key: K): OpenNode {
  let node = nodes.get(key);
  if (node === undefined) nodes.set(key, (node = { outputs: new Set(), dynamic: new Map() }));
  return node;
}

function close(node: OpenNode): InputNode {
  const outputs = [...node.outputs].toSorted();
  if (node.dynamic.size === 0) return { outputs };
  const dynamic = new Map(
    [...node.dynamic].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, child]) => [name, close(child)]),
  );
  return { outputs, dynamic };
}

function closureOf(evaluator: Evaluator, start: StorePath): Set<StorePath> {
  const closure = new Set([start]);
  for (const path of closure) for (const reference of evaluator.io.queryReferences(path)) closure.add(reference);
  return closure;
}
