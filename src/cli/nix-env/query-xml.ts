// One `<item>` of `nix-env -q --xml`.

import { printStorePath } from "#formats";
import { Attrs, NixFloat, printFloat, type Value } from "#language";
import { parseDerivationName, stringOf, type PackageInfo } from "#profile";
import type { Session } from "../evaluation/session.ts";
import type { XmlWriter } from "../text/xml-writer.ts";
import { compareWithOthers, statusOf } from "./query-columns.ts";
import type { Query } from "./query.ts";

export function writePackageAsXml(xml: XmlWriter, query: Query, element: PackageInfo): void {
  const { flags, session } = query;
  const print = (path: Parameters<typeof printStorePath>[1]) => printStorePath(session.store.storeDir, path);
  const attributes: Record<string, string> = {};
  if (flags.status) {
    const { installed, valid } = statusOf(query, element);
    attributes["installed"] = installed ? "1" : "0";
    attributes["valid"] = valid ? "1" : "0";
    attributes["substitutable"] = "0";
  }
  attributes["attrPath"] = element.attrPath;
  const { fullName, name, version } = parseDerivationName(element.name());
  Object.assign(attributes, { name: fullName, pname: name, version });
  if (flags.compareVersions) {
    const compared = compareWithOthers(query, element);
    if (compared.mark !== "-") {
      attributes["versionDiff"] = compared.mark;
      attributes["maxComparedVersion"] = compared.version;
    }
  }
  const system = element.system();
  if (system !== "") attributes["system"] = system;
  if (flags.derivationPath) {
    const path = element.derivationPath();
    if (path !== undefined) attributes["drvPath"] = print(path);
  }
  attributes["outputName"] = element.outputName();
  if (flags.description) {
    const description = element.metaString("description");
    if (description !== "") attributes["description"] = description;
  }
  xml.element("item", attributes, () => {
    for (const [output, path] of element.outputs(flags.outPath)) {
      xml.emptyElement("output", { name: output, ...(path === undefined ? {} : { path: print(path) }) });
    }
    if (flags.meta) for (const meta of element.metaNames()) writeMeta(xml, session, element, meta);
  });
}

function writeMeta(xml: XmlWriter, session: Session, element: PackageInfo, name: string): void {
  const value = element.metaValue(name);
  if (value === undefined) {
    const text = `derivation '${element.name()}' has invalid meta attribute '${name}'`;
    session.context.log.message("error", text);
    return;
  }
  const scalar = scalarMeta(value);
  if (scalar !== undefined) {
    xml.emptyElement("meta", { name, ...scalar });
    return;
  }
  const { evaluator } = session;
  xml.element("meta", { name, type: "strings" }, () => {
    if (Array.isArray(value)) {
      for (const slot of value) {
        const text = stringOf(evaluator.force(slot));
        if (text !== undefined) xml.emptyElement("string", { value: text });
      }
    } else if (value instanceof Attrs) {
      // In the order in which the names were first met, as Nix does.
      for (const symbol of value.symbols) {
        const text = stringOf(evaluator.force(value.get(symbol) ?? null));
        if (text !== undefined) xml.emptyElement("string", { type: evaluator.symbols.name(symbol), value: text });
      }
    }
  });
}

function scalarMeta(value: Value): { type: string; value: string } | undefined {
  const text = stringOf(value);
  if (text !== undefined) return { type: "string", value: text };
  if (typeof value === "number" || typeof value === "bigint") return { type: "int", value: String(value) };
  if (typeof value === "boolean") return { type: "bool", value: String(value) };
  return value instanceof NixFloat ? { type: "float", value: printFloat(value) } : undefined;
}
