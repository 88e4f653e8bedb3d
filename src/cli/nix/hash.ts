// nix hash: path, file, convert, and the older to-base16, to-base32, to-base64, to-sri.

import {
  FirnError,
  parseHashAlgorithm,
  parseHashFormat,
  parseHashReturningFormat,
  printHash,
  type HashAlgorithm,
  type HashFormat,
} from "#formats";
import { firstOf, flagTable, parseCommandLine, switchFlag, valueFlag, type Flag } from "../arguments/command-line.ts";
import { commonFlags } from "../arguments/common-flags.ts";
import type { Command, Context } from "../command.ts";
import { hashPath } from "../stores/hash-path.ts";
import { printHelp } from "../program/help.ts";
import { UsageError } from "../program/usage-error.ts";

const help = "nix/hash.md";

interface HashLine {
  algorithm: HashAlgorithm | undefined;
  format: HashFormat;
  from: HashFormat | undefined;
  method: "nar" | "flat";
  wantsHelp: boolean;
  readonly words: string[];
}

export const pathCommand: Command = {
  name: "nix hash path",
  help,
  async run(words, context) {
    const line = readLine(words, context, "nar", (given) => ({
      "--algo": valueFlag((name) => (given.algorithm = parseHashAlgorithm(name))),
      "--format": valueFlag((name) => (given.format = parseHashFormat(name))),
      "--mode": valueFlag((name) => (given.method = parseMode(name))),
    }));
    return printHashes(pathCommand, line, context);
  },
};

export const fileCommand: Command = {
  name: "nix hash file",
  help,
  async run(words, context) {
    return printHashes(
      fileCommand,
      readLine(words, context, "flat", () => ({})),
      context,
    );
  },
};

export const convertCommand: Command = {
  name: "nix hash convert",
  help,
  async run(words, context) {
    const line = readLine(words, context, "nar", (given) => ({
      "--hash-algo": valueFlag((name) => (given.algorithm = parseHashAlgorithm(name))),
      "--from": valueFlag((name) => (given.from = parseHashFormat(name))),
      "--to": valueFlag((name) => (given.format = parseHashFormat(name))),
    }));
    if (line.wantsHelp) return printHelp(convertCommand, context);
    convert(line, context);
    return 0;
  },
};

export function toFormatCommand(format: HashFormat): Command {
  const command: Command = {
    name: `nix hash to-${format}`,
    help,
    async run(words, context) {
      const line = readLine(words, context, "nar", () => ({}));
      if (line.wantsHelp) return printHelp(command, context);
      const advice =
        "The old format conversion subcommands of `nix hash` were deprecated in favor of `nix hash convert`.";
      context.log.message("warn", advice);
      convert({ ...line, format }, context);
      return 0;
    },
  };
  return command;
}

function readLine(
  words: readonly string[],
  context: Context,
  method: "nar" | "flat",
  own: (line: HashLine) => Readonly<Record<string, Flag>>,
): HashLine {
  const line: HashLine = { algorithm: undefined, format: "sri", from: undefined, method, wantsHelp: false, words: [] };
  const flags = flagTable({
    "--sri": switchFlag(() => (line.format = "sri")),
    "--base64": switchFlag(() => (line.format = "base64")),
    "--base32": switchFlag(() => (line.format = "nix32")),
    "--base16": switchFlag(() => (line.format = "base16")),
    "--type": valueFlag((name) => (line.algorithm = parseHashAlgorithm(name))),
    "--help": switchFlag(() => (line.wantsHelp = true)),
    ...own(line),
  });
  parseCommandLine(
    words,
    firstOf(flags, commonFlags(context)),
    (word) => !word.startsWith("-") && line.words.push(word) > 0,
  );
  return line;
}

function printHashes(command: Command, line: HashLine, context: Context): number {
  if (line.wantsHelp) return printHelp(command, context);
  for (const word of line.words) {
    const hash = hashPath(word, line.method, line.algorithm ?? "sha256");
    context.output.writeLine(printHash(hash, line.format));
  }
  return 0;
}

function convert(line: HashLine, context: Context): void {
  for (const word of line.words) {
    const { hash, format } = parseHashReturningFormat(word, line.algorithm);
    if (line.from !== undefined && line.from !== format) throw otherFormat(word, format, line.from);
    context.output.writeLine(printHash(hash, line.format));
  }
}

function parseMode(name: string): "nar" | "flat" {
  if (name === "nar" || name === "flat") return name;
  throw new UsageError(`Unknown file ingestion method: ${name}`);
}

function otherFormat(text: string, actual: HashFormat, expected: HashFormat): FirnError {
  return new FirnError(
    "bad-hash",
    `input hash '${text}' has format '${actual}', but '--from ${expected}' was specified`,
  );
}
