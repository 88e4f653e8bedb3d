// `nix-env -q --json`: an object with one member for each attribute path.

import { fromByteString, parseJson, printIndentedJson, printStorePath, type JsonValue } from "#formats";
import { ContextCollector, printJson } from "#language";
import { parseDerivationName, type PackageInfo } from "#profile";
import type { Output } from "../program/output.ts";
import type { Query } from "./query.ts";

export function printPackagesAsJson(
  output: Output,
  query: Query,
  forEach: (visit: (element: PackageInfo) => void) => void,
): void {
  const packages: Record<string, JsonValue> = {};
  forEach((element) => {
    packages[fromByteString(element.attrPath)] = describe(query, element);
  });
  output.writeLine(printIndentedJson(packages, 2));
}

function describe(query: Query, element: PackageInfo): JsonValue {
  const { flags, session } = query;
  const print = (path: Parameters<typeof printStorePath>[1]) => printStorePath(session.store.storeDir, path);
  const { fullName, name, version } = parseDerivationName(fromByteString(element.name()));
  const outputs: Record<string, JsonValue> = {};
  for (const [output, path] of element.outputs(flags.outPath)) {
    outputs[fromByteString(output)] = path === undefined ? null : print(path);
  }
  const derivation = flags.derivationPath ? element.derivationPath() : undefined;
  return {
    name: fullName,
    pname: name,
    version,
    system: fromByteString(element.system()),
    outputName: fromByteString(element.outputName()),
    outputs,
    ...(derivation === undefined ? {} : { drvPath: print(derivation) }),
    ...(flags.meta ? { meta: describeMeta(query, element) } : {}),
  };
}

function describeMeta(query: Query, element: PackageInfo): JsonValue {
  const { evaluator, context } = query.session;
  const meta: Record<string, JsonValue> = {};
  for (const name of element.metaNames()) {
    const value = element.metaValue(name);
    if (value === undefined) {
      context.log.message("error", `derivation '${element.name()}' has invalid meta attribute '${name}'`);
    }
    const json = value === undefined ? null : parseJson(printJson(evaluator, value, new ContextCollector()));
    meta[fromByteString(name)] = json;
  }
  return meta;
}
