// Help pages: Markdown files beside the commands (in the bundle: below help/), printed as they stand but for the marks of
// emphasis, so that they read well in a terminal and pipe well into a pager.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { toByteString } from "#formats";
import { isTerminal } from "#host";
import type { Command, Context } from "../command.ts";

/** Prints the page of `command`, or only what it says about one operation (a `## --install` section). Gives status 0. */
export function printHelp(command: Command, context: Context, operation?: string): number {
  const page = readFileSync(helpFile(command.help), "utf8");
  const bold = context.log.colours && isTerminal(1);
  const text = (operation === undefined ? undefined : sectionOf(page, operation)) ?? page;
  context.output.write(toByteString(renderMarkdown(text, bold)));
  return 0;
}

/** Among the sources, or in the help folder of the bundle. */
function helpFile(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundled = join(here, "help", name);
  return existsSync(bundled) ? bundled : join(here, "..", name);
}

/** The section whose heading begins with `## ` and names the operation. */
function sectionOf(page: string, operation: string): string | undefined {
  const sections = page.split(/^(?=## )/m);
  return sections.find((section) =>
    section
      .split("\n", 1)[0]
      ?.split(/[\s,`]+/)
      .includes(operation),
  );
}

function renderMarkdown(page: string, bold: boolean): string {
  let inCode = false;
  const lines = page.split("\n").flatMap((line) => {
    if (line.startsWith("```")) {
      inCode = !inCode;
      return [];
    }
    if (inCode) return [`  ${line}`];
    if (/^#+ /.test(line)) {
      const title = line.replace(/^#+ /, "").replaceAll("`", "");
      return [bold ? `\x1b[1m${title}\x1b[0m` : title];
    }
    return [line.replaceAll("**", "").replace(/`([^`]+)`/g, bold ? "\x1b[1m$1\x1b[0m" : "$1")];
  });
  return lines.join("\n");
}
