// The pictures of references that nix-store --query draws: a tree, a graph for Graphviz, GraphML.

import { isDerivationPath, printStorePath, storePathName, type StorePath } from "#formats";
import { topologicalSort, type Store } from "#store";
import type { Output } from "../program/output.ts";

// UTF-8 of the box-drawing characters, as byte strings.
const branch = "\xe2\x94\x9c\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80";
const lastBranch = "\xe2\x94\x94\xe2\x94\x80\xe2\x94\x80\xe2\x94\x80";
const trunk = "\xe2\x94\x82   ";
const gap = "    ";

/** Each path once with what it refers to below it; a second time with `[...]`. Dependents come first, to keep it flat. */
export function printTree(
  output: Output,
  store: Store & Parameters<typeof topologicalSort>[0],
  roots: readonly StorePath[],
): void {
  const done = new Set<StorePath>();
  const visit = (path: StorePath, firstPad: string, pad: string): void => {
    const printed = `${firstPad}${printStorePath(store.storeDir, path)}`;
    if (done.has(path)) {
      output.writeLine(`${printed} [...]`);
      return;
    }
    done.add(path);
    output.writeLine(printed);
    const sorted = topologicalSort(store, store.queryPathInfo(path).references).toReversed();
    sorted.forEach((reference, index) => {
      const isLast = index === sorted.length - 1;
      visit(reference, pad + (isLast ? lastBranch : branch), pad + (isLast ? gap : trunk));
    });
  };
  for (const root of roots) visit(root, "", "");
}

const edgeColours = ["black", "red", "green", "blue", "magenta", "burlywood"];

export function printDotGraph(output: Output, store: Store, roots: readonly StorePath[]): void {
  let edges = 0;
  output.writeLine("digraph G {");
  visitGraph(store, roots, {
    node: (path) => {
      const style = 'shape = box, style = filled, fillcolor = "#ff0000"';
      output.writeLine(`"${path}" [label = "${storePathName(path)}", ${style}];`);
    },
    edge: (path, reference) => {
      const colour = edgeColours[edges++ % edgeColours.length] ?? "";
      output.writeLine(`"${reference}" -> "${path}" [color = "${colour}"];`);
    },
  });
  output.writeLine("}");
}

const graphMlHead = `<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns='http://graphml.graphdrawing.org/xmlns'
    xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'
    xsi:schemaLocation='http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd'>
<key id='narSize' for='node' attr.name='narSize' attr.type='long'/><key id='name' for='node' attr.name='name' attr.type='string'/><key id='type' for='node' attr.name='type' attr.type='string'/><graph id='G' edgedefault='directed'>
`;

export function printGraphMl(output: Output, store: Store, roots: readonly StorePath[]): void {
  output.write(graphMlHead);
  visitGraph(store, roots, {
    node: (path) => {
      const name = storePathName(path);
      const dash = name.indexOf("-");
      output.writeLine(`  <node id="${path}">`);
      output.writeLine(`    <data key="narSize">${store.queryPathInfo(path).narSize}</data>`);
      output.writeLine(`    <data key="name">${dash < 0 ? "" : name.slice(0, dash + 1)}</data>`);
      output.writeLine(`    <data key="type">${isDerivationPath(path) ? "derivation" : "output-path"}</data>`);
      output.writeLine("  </node>");
    },
    edge: (path, reference) => output.writeLine(`  <edge source="${path}" target="${reference}"/>`),
  });
  output.write("</graph>\n</graphml>\n");
}

interface GraphVisitor {
  readonly node: (path: StorePath) => void;
  readonly edge: (path: StorePath, reference: StorePath) => void;
}

/** Always the smallest path that waits, so that the picture is the same each time. */
function visitGraph(store: Store, roots: readonly StorePath[], visitor: GraphVisitor): void {
  const waiting = new Set(roots);
  const done = new Set<StorePath>();
  while (waiting.size > 0) {
    let path: StorePath | undefined;
    for (const candidate of waiting) if (path === undefined || candidate < path) path = candidate;
    if (path === undefined) return;
    waiting.delete(path);
    if (done.has(path)) continue;
    done.add(path);
    visitor.node(path);
    for (const reference of store.queryPathInfo(path).references) {
      if (reference === path) continue;
      waiting.add(reference);
      visitor.edge(path, reference);
    }
  }
}
