// The code of a function of a watched program. It has always one argument, so that each function of `x: y: …` has its own
// environment and is called by itself, as in Nix; the compiler's own code does the work.

import type { Attrs } from "../values/attrs.ts";
import type { FormalInfo, LambdaCode } from "../values/lambda.ts";
import type { Pos } from "../values/position.ts";
import type { Symbol } from "../values/symbols.ts";
import type { Environment } from "../values/environment.ts";
import type { Slot, Value } from "../values/value.ts";
import type { DebugNode, Debugger } from "./debugger.ts";

export class ObservedLambda implements LambdaCode {
  readonly arity = 1;
  readonly strict = 0;
  readonly compute = undefined;
  readonly order = 0;
  readonly node: DebugNode;
  readonly enter2: LambdaCode["enter2"];
  readonly enter3: LambdaCode["enter3"];
  readonly applyOne: LambdaCode["applyOne"];
  private readonly code: LambdaCode;
  private readonly listener: Debugger | undefined;

  constructor(code: LambdaCode, node: DebugNode, listener: Debugger | undefined) {
    this.code = code;
    this.node = node;
    this.listener = listener;
    this.enter2 = code.enter2;
    this.enter3 = code.enter3;
    this.applyOne = code.applyOne;
  }

  readonly enter1 = (env: Environment, argument: Slot, callPos: Pos): Value => {
    try {
      return this.code.enter1(env, argument, callPos);
    } catch (error) {
      // What is new here is about the arguments: the body reports its own.
      this.listener?.caught(error, this.node, env);
      throw error;
    }
  };

  get pos(): Pos {
    return this.code.pos;
  }
  get name(): string | undefined {
    return this.code.name;
  }
  get argument(): Symbol | undefined {
    return this.code.argument;
  }
  get formals(): readonly FormalInfo[] | undefined {
    return this.code.formals;
  }
  get ellipsis(): boolean {
    return this.code.ellipsis;
  }
  get docText(): string | undefined {
    return this.code.docText;
  }
  get formalsAttrs(): Attrs | undefined {
    return this.code.formalsAttrs;
  }
  set formalsAttrs(attrs: Attrs | undefined) {
    this.code.formalsAttrs = attrs;
  }
}
