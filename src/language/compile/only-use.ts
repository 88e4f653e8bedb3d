// `let l = map f xs; in … concatStringsSep "," l …`: where a variable is mentioned once, by the builtin that opens its list
// (machine/mapped-list.ts), and that runs at most once for each time the `let` does, the list need not be made either.

import type { LetExpr, VarExpr } from "../syntax/ast.ts";
import { MappedCode } from "../machine/mapped-list.ts";
import type { Environment } from "../values/environment.ts";
import type { Code } from "../values/thunk.ts";
import type { Compiler } from "./compiler.ts";
import { resolveVariable, type Scope } from "./scope.ts";

/** `openCode` as for what is bound. */
export function openVariable(
  compiler: Compiler,
  expr: VarExpr,
  scope: Scope,
  openCode: (compiler: Compiler, expr: LetExpr["body"], scope: Scope) => MappedCode | undefined,
): Code | undefined {
  const found = resolveVariable(scope, expr.name);
  if (found.kind !== "local") return undefined;
  let place = scope;
  for (let left = found.depth; left > 0; left--) {
    if (place.kind === "base" || (place.kind === "names" && place.binder === "function")) return undefined;
    place = place.parent;
  }
  if (place.kind !== "names" || typeof place.binder === "string") return undefined;
  const bound = place.binder.attrs.attrs.get(expr.name);
  const list = bound?.kind === "plain" ? openCode(compiler, bound.value, place) : undefined;
  if (list === undefined || mentions(place.binder, expr.name) !== 1) return undefined;
  return new MappedCode(compiler.code(expr, scope), (env) => list.open(above(env, found.depth)));
}

function above(env: Environment, depth: number): Environment {
  let place = env;
  for (let left = depth; left > 0; left--) place = place.up as Environment;
  return place;
}

/** How often a tree, or a part of one, mentions a variable of this name, whatever it is bound to there; 2 for more. */
function mentions(part: unknown, name: string): number {
  if (typeof part !== "object" || part === null) return 0;
  const { kind } = part as { readonly kind?: string };
  if (kind === "packed") return mentions((part as { unpack(): unknown }).unpack(), name);
  if (kind === "var") return (part as VarExpr).name === name ? 1 : 0;
  let count = 0;
  for (const inner of part instanceof Map ? part.values() : Object.values(part)) {
    count += mentions(inner, name);
    if (count > 1) return 2;
  }
  return count;
}
