// nix flake prefetch: fetches the source that a flake reference names, flake or not.

import { attributesToJson } from "#fetch";
import {
  flakeReferenceAttributes,
  printFlakeReference,
  printHash,
  printJson,
  printStorePath,
  withoutFinalMark,
} from "#formats";
import { absolutePath } from "../../text/absolute-path.ts";
import { flagTable, switchFlag, valueFlag } from "../../arguments/command-line.ts";
import type { Command } from "../../command.ts";
import { printHelp } from "../../program/help.ts";
import { printJsonText } from "../eval.ts";
import { flakeOfLine, openFlakeSession, readFlakeLine } from "./flake-command.ts";

export const command: Command = {
  name: "nix flake prefetch",
  help: "nix/flake/prefetch.md",
  async run(words, context) {
    let json = false;
    let link: string | undefined;
    const own = flagTable({
      "--json": switchFlag(() => (json = true)),
      "-o --out-link": valueFlag((path) => (link = absolutePath(path))),
    });
    const line = readFlakeLine(words, context, { own });
    if (line.wantsHelp) return printHelp(command, context);
    const session = await openFlakeSession(line);
    const { store, flakes } = session;
    line.flakes.lockFlags(flakes);
    const original = flakeOfLine(session, line);
    const { input, folder } = flakes.registries.resolve(original.input, "all");
    const resolved = { input, folder: folder ?? original.folder };
    const { path, attributes } = flakes.fetchTree(input);
    const hasHash = input.has("narHash") || ["tarball", "file"].includes(String(input.get("type")));
    const named = new Map([...attributes].filter(([name]) => name !== "narHash" || hasHash));
    const locked = { input: named, folder: resolved.folder };
    const hash = printHash(store.queryPathInfo(path).narHash, "sri");
    const printed = printStorePath(store.storeDir, path);
    if (json) {
      const answer = {
        storePath: printed,
        hash,
        original: attributesToJson(flakeReferenceAttributes(resolved)),
        locked: attributesToJson(withoutFinalMark(flakeReferenceAttributes(locked))),
      };
      printJsonText(context.output, printJson(answer));
    } else {
      const text = `Downloaded '${printFlakeReference(locked)}' to '${printed}' (hash '${hash}').`;
      context.log.message("notice", text);
    }
    if (link !== undefined) store.addPermanentRoot(path, link);
    return 0;
  },
};
