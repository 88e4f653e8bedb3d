// nix-env --query: lists what is installed or, with -a, available, as columns, XML or JSON.

import type { StorePath } from "#formats";
import { BaseError, isCatchable } from "#language";
import { queryInstalled, type PackageInfo } from "#profile";
import type { Session } from "../evaluation/session.ts";
import { printTable } from "../text/table.ts";
import { UsageError } from "../program/usage-error.ts";
import { XmlWriter } from "../text/xml-writer.ts";
import { loadDerivations } from "./install-sources.ts";
import { readFlags } from "./operation-flags.ts";
import { columnsOf } from "./query-columns.ts";
import { printPackagesAsJson } from "./query-json.ts";
import { writePackageAsXml } from "./query-xml.ts";
import type { EnvRequest } from "./request.ts";
import { selectPackages } from "./select.ts";

export interface QueryFlags {
  source: "installed" | "available";
  status: boolean;
  name: boolean;
  attrPath: boolean;
  system: boolean;
  derivationPath: boolean;
  outPath: boolean;
  description: boolean;
  meta: boolean;
  compareVersions: boolean;
  format: "table" | "xml" | "json";
  /** Below which attribute of the source expression available packages are looked for. */
  below: string;
}

/** What the columns of one query are computed from. */
export interface Query {
  readonly session: Session;
  readonly flags: QueryFlags;
  /** What versions are compared with: the available ones for installed packages, and the other way round. */
  readonly others: readonly PackageInfo[];
  readonly installedPaths: ReadonlySet<StorePath>;
}

export async function query(request: EnvRequest): Promise<void> {
  const flags = readQueryFlags(request);
  // Nothing gets written, which makes evaluation faster.
  request.context.switches.readOnly = true;
  const session = await request.openSession();
  const { evaluator, store, context } = session;

  const needsInstalled = flags.source === "installed" || flags.compareVersions || flags.status;
  const installed = needsInstalled ? queryInstalled(evaluator, store, request.profile) : [];
  const needsAvailable = flags.source === "available" || flags.compareVersions;
  const available = needsAvailable ? loadDerivations(session, request, flags.below) : [];
  const [candidates, others] = flags.source === "installed" ? [installed, available] : [available, installed];
  const chosen = selectPackages(context, candidates, request.words, { newestOnly: false }).toSorted(compareNames);
  const installedPaths = new Set(flags.status ? installed.map((element) => element.outPath()) : []);
  print(request, chosen, { session, flags, others, installedPaths });
}

function print(request: EnvRequest, elements: readonly PackageInfo[], asked: Query): void {
  const { output } = asked.session.context;
  const forEach = (visit: (element: PackageInfo) => void) => visitEach(request, elements, asked, visit);
  switch (asked.flags.format) {
    case "json":
      printPackagesAsJson(output, asked, forEach);
      break;
    case "xml": {
      const xml = new XmlWriter(output);
      xml.element("items", {}, () => forEach((element) => writePackageAsXml(xml, asked, element)));
      break;
    }
    case "table": {
      const rows: string[][] = [];
      forEach((element) => rows.push(columnsOf(asked, element)));
      printTable(output, rows);
      break;
    }
  }
}

/** Leaves out packages whose assertions fail; any other error gets a frame with the package's name. */
function visitEach(
  request: EnvRequest,
  elements: readonly PackageInfo[],
  asked: Query,
  visit: (element: PackageInfo) => void,
): void {
  const { store, evaluator, context } = asked.session;
  for (const element of elements) {
    const depth = evaluator.depth;
    try {
      if (request.prebuiltOnly && !store.isValidPath(element.outPath())) continue;
      visit(element);
    } catch (error) {
      if (isCatchable(error)) {
        evaluator.depth = depth;
        const text = `skipping derivation named '${element.name()}' which gives an assertion failure`;
        context.log.message("talkative", text);
        continue;
      }
      if (error instanceof BaseError)
        error.addTrace(undefined, `while querying the derivation named '${element.name()}'`);
      throw error;
    }
  }
}

function readQueryFlags(request: EnvRequest): QueryFlags {
  const flags: QueryFlags = {
    source: "installed",
    status: false,
    name: true,
    attrPath: false,
    system: false,
    derivationPath: false,
    outPath: false,
    description: false,
    meta: false,
    compareVersions: false,
    format: "table",
    below: "",
  };
  const actions: Readonly<Record<string, (value: () => string) => void>> = {
    "--status": () => (flags.status = true),
    "-s": () => (flags.status = true),
    "--no-name": () => (flags.name = false),
    "--system": () => (flags.system = true),
    "--description": () => (flags.description = true),
    "--compare-versions": () => (flags.compareVersions = true),
    "-c": () => (flags.compareVersions = true),
    "--drv-path": () => (flags.derivationPath = true),
    "--out-path": () => (flags.outPath = true),
    "--meta": () => (flags.meta = true),
    "--installed": () => (flags.source = "installed"),
    "--available": () => (flags.source = "available"),
    "-a": () => (flags.source = "available"),
    "--xml": () => (flags.format = flags.format === "json" ? "json" : "xml"),
    "--json": () => (flags.format = "json"),
    "--attr-path": () => (flags.attrPath = true),
    "-P": () => (flags.attrPath = true),
    "--attr": (value) => (flags.below = value()),
    "-A": (value) => (flags.below = value()),
  };
  readFlags(request, (flag, value) => {
    const action = actions[flag];
    action?.(value);
    return action !== undefined;
  });
  if (flags.attrPath && flags.source !== "available") {
    throw new UsageError("--attr-path(-P) only works with --available");
  }
  return flags;
}

/** By name, upper and lower case alike. */
function compareNames(a: PackageInfo, b: PackageInfo): number {
  const [first, second] = [upperCase(a.name()), upperCase(b.name())];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Only ASCII letters, as in the C locale. */
function upperCase(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}
