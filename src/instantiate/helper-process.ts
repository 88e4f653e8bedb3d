// The child that builds and downloads while the evaluator waits; see helper-request.ts.

import { readFileSync, writeSync } from "node:fs";
import { realise } from "#build";
import { type Emit, FirnError } from "#formats";
import { LocalStore } from "#store";
import { copyFromCache } from "./copy-closure.ts";
import { fetchToStore } from "./fetch-to-store.ts";
import { type HelperAnswer, type HelperRequest, plainLine } from "./helper-request.ts";

void answerRequest();

async function answerRequest(): Promise<void> {
  const request = JSON.parse(readFileSync(0, "utf8")) as HelperRequest;
  const answer = await work(request).catch(describeFailure);
  writeSync(1, JSON.stringify(answer));
}

async function work(asked: HelperRequest): Promise<HelperAnswer> {
  const store = new LocalStore(asked.store.layout, asked.store.settings, "read-write");
  const emit: Emit = (event) => {
    const line = plainLine(event, asked.build);
    if (line !== undefined) writeSync(2, Buffer.from(`${line}\n`, "latin1"));
  };
  try {
    switch (asked.kind) {
      case "realise": {
        const [result] = await realise(store, [asked.wanted], asked.build, emit);
        if (result === undefined) throw new Error("realise gave no result");
        if (!result.success) throw result.error;
        return { kind: "built", outputs: [...result.builtOutputs] };
      }
      case "copy":
        return { kind: "copied", path: await copyFromCache(store, asked, emit) };
      case "fetch": {
        return { kind: "fetched", ...(await fetchToStore(store, asked, emit)) };
      }
    }
  } finally {
    store.close();
  }
}

function describeFailure(error: unknown): HelperAnswer {
  if (error instanceof FirnError) {
    return { kind: "failed", code: error.code, message: error.message, exitStatus: error.exitStatus };
  }
  return {
    kind: "failed",
    code: "helper",
    message: error instanceof Error ? error.message : String(error),
    exitStatus: 1,
  };
}
