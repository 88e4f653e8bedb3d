// What a flake's `nixConfig` asks for. Some settings are harmless; others need that the user trusts them: in general
// (`accept-flake-config`), for good (trusted-settings.json), or asked at the terminal (ConfigFile::apply).

import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fromByteString, jsonObjectOf, optionalJsonMember, parseJson, printJson, toByteString } from "#formats";
import { hostPath, isTerminal } from "#host";
import { userFolders } from "#instantiate";
import type { Context } from "../command.ts";

const harmless = new Set([
  "bash-prompt",
  "bash-prompt-prefix",
  "bash-prompt-suffix",
  "flake-registry",
  "commit-lock-file-summary",
  "commit-lockfile-summary",
]);

export function applyFlakeSetting(context: Context, name: string, value: string): void {
  const { settings, log } = context;
  const base = name.startsWith("extra-") ? name.slice("extra-".length) : name;
  if (!harmless.has(base) && !settings.boolean("accept-flake-config") && !isTrusted(context, name, value)) {
    log.message(
      "warn",
      `ignoring untrusted flake configuration setting '${name}'.\nPass '--accept-flake-config' to trust it`,
    );
    return;
  }
  settings.set(name, value);
  settings.takeUnknown();
}

type TrustedList = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

function isTrusted(context: Context, name: string, value: string): boolean {
  const path = `${userFolders(context.environment).dataFolder}/trusted-settings.json`;
  const list = readTrustedList(path);
  const saved = list.get(name)?.get(value);
  if (saved !== undefined) {
    const text = `Using saved setting for '${name} = ${value}' from ~/.local/share/nix/trusted-settings.json.`;
    context.log.message("info", text);
    return saved;
  }
  const isAllowed = ask(
    context,
    `do you want to allow configuration setting '${name}' to be set to '\x1b[31;1m${value}\x1b[0m' (y/N)?`,
  );
  const answer = isAllowed ? "trusted" : "untrusted";
  if (ask(context, `do you want to permanently mark this value as ${answer} (y/N)?`)) {
    writeTrustedList(path, new Map([...list, [name, new Map([...(list.get(name) ?? []), [value, isAllowed]])]]));
  }
  return isAllowed;
}

/** False where there is nobody to ask. */
function ask(context: Context, question: string): boolean {
  if (!isTerminal(0) || !isTerminal(2)) return false;
  context.log.stop();
  context.log.emit({ kind: "message", level: "error", text: question });
  const terminal = openSync("/dev/tty", "r");
  try {
    const answer = Buffer.alloc(256);
    const count = readSync(terminal, answer);
    return answer.toString("latin1", 0, count).trim().toLowerCase().startsWith("y");
  } finally {
    closeSync(terminal);
  }
}

function readTrustedList(path: string): TrustedList {
  if (!existsSync(hostPath(path))) return new Map();
  const json = jsonObjectOf(parseJson(readFileSync(hostPath(path), "latin1"))) ?? {};
  return new Map(
    Object.keys(json).map((name) => {
      const values = jsonObjectOf(optionalJsonMember(json, name) ?? null) ?? {};
      const entries = Object.entries(values).map(
        ([value, trusted]) => [toByteString(value), trusted === true] as const,
      );
      return [toByteString(name), new Map(entries)] as const;
    }),
  );
}

function writeTrustedList(path: string, list: TrustedList): void {
  const json = Object.fromEntries(
    [...list].map(([name, values]) => [
      fromByteString(name),
      Object.fromEntries([...values].map(([value, trusted]) => [fromByteString(value), trusted])),
    ]),
  );
  mkdirSync(hostPath(dirname(path)), { recursive: true });
  writeFileSync(hostPath(path), printJson(json), "latin1");
}
