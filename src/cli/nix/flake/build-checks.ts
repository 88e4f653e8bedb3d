// Builds the checks of a flake, and tells of those that failed by the attributes that have them.

import { queryMissing, realise } from "#build";
import { printStorePath } from "#formats";
import { BaseError, hint, uncolored } from "#language";
import { interruptible } from "../../program/interruptible.ts";
import { buildSettings } from "../../stores/realise-paths.ts";
import type { Session } from "../../evaluation/session.ts";
import type { BuiltCheck, CheckState } from "./check-state.ts";

export async function buildChecks({ store }: Session, state: CheckState): Promise<void> {
  const { context, toBuild } = state;
  if (toBuild.size === 0) return;
  const wanted = [...toBuild.keys()].map((derivation): BuiltCheck => ({ kind: "built", derivation, outputs: "all" }));
  const { willBuild } = queryMissing(store, wanted);
  const missing = [...willBuild].map((derivation): BuiltCheck => ({ kind: "built", derivation, outputs: "all" }));
  context.log.emit({ kind: "start", id: -1, type: "unknown", text: `running ${missing.length} flake checks` });
  const settings = buildSettings(context, "normal");
  const results = await interruptible(context, () =>
    realise(store, missing, settings, context.log.emit, context.signal),
  );
  context.log.emit({ kind: "stop", id: -1 });
  context.log.stop();
  for (const result of results) {
    if (result.success || result.path.kind !== "built") continue;
    const built = `${printStorePath(store.storeDir, result.path.derivation)}^*`;
    const message = uncolored(result.error.message);
    const attributes = toBuild.get(result.path.derivation) ?? [];
    for (const attribute of attributes) {
      state.report(
        new BaseError(hint`failed to build attribute '${attribute}', build of '${built}' failed: ${message}`),
      );
    }
    if (attributes.length === 0) state.report(new BaseError(hint`build of '${built}' failed: ${message}`));
  }
}
