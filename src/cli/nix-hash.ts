// nix-hash: hashes of files and trees, and hashes from one notation into another. `nix hash` shares its work.

import { compressHash, parseHash, parseHashAlgorithm, printHash, type HashAlgorithm, type HashFormat } from "#formats";
import type { TakeWord } from "./arguments/command-line.ts";
import { legacyFlags } from "./arguments/common-flags.ts";
import { readProgramLine, type Asked } from "./arguments/program-line.ts";
import { hashPath } from "./stores/hash-path.ts";
import type { Command, Context } from "./command.ts";
import { answerAsked } from "./program/answer-asked.ts";

interface HashLine {
  /** What is asked instead. */
  asked: Asked | undefined;
  action: "hash" | "convert";
  algorithm: HashAlgorithm | undefined;
  method: "nar" | "flat";
  format: HashFormat;
  truncate: boolean;
  readonly words: string[];
}

const formatFlags: Readonly<Record<string, HashFormat>> = {
  "--base16": "base16",
  "--base32": "nix32",
  "--base64": "base64",
  "--sri": "sri",
};
const conversionFlags: Readonly<Record<string, HashFormat>> = {
  "--to-base16": "base16",
  "--to-base32": "nix32",
  "--to-base64": "base64",
  "--to-sri": "sri",
};

export const command: Command = {
  name: "nix-hash",
  help: "nix-hash.md",
  async run(words, context) {
    const line = readCommandLine(words, context);
    const { output } = context;
    if (line.asked !== undefined) return answerAsked(command, line.asked, context);
    switch (line.action) {
      case "convert":
        for (const word of line.words) output.writeLine(printHash(parseHash(word, line.algorithm), line.format));
        return 0;
      case "hash":
        for (const word of line.words) {
          const hash = hashPath(word, line.method, line.algorithm ?? "md5");
          const bytes = line.truncate && hash.bytes.length > 20 ? compressHash(hash.bytes, 20) : hash.bytes;
          output.writeLine(printHash({ ...hash, bytes }, line.format));
        }
        return 0;
    }
  },
};

function readCommandLine(words: readonly string[], context: Context): HashLine {
  const line: HashLine = {
    asked: undefined,
    action: "hash",
    algorithm: undefined,
    method: "nar",
    format: "base16",
    truncate: false,
    words: [],
  };
  const takeArgument = (word: string, take: TakeWord): boolean => {
    const format = formatFlags[word];
    const conversion = conversionFlags[word];
    if (format !== undefined) line.format = format;
    else if (conversion !== undefined) {
      line.action = "convert";
      line.format = conversion;
    } else if (word === "--flat") line.method = "flat";
    else if (word === "--truncate") line.truncate = true;
    else if (word === "--type") line.algorithm = parseHashAlgorithm(take(word));
    else if (word.startsWith("-")) return false;
    else line.words.push(word);
    return true;
  };
  line.asked = readProgramLine(words, { flags: legacyFlags(context), takeArgument }).asked;
  return line;
}
