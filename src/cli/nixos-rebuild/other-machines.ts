// `--build-host` and `--target-host`: closures go from store to store as `nix-store --export` writes them, through ssh; each
// machine is asked before what it lacks. What is done there is done by that machine's own programs.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { FirnError, fromByteString, parseStorePath, printStorePath, type StorePath, toByteString } from "#formats";
import { computeClosure, type LocalStore } from "#store";
import type { Context } from "../command.ts";
import { openLocalStoreOf } from "../stores/open-store.ts";
import type { RebuildLine } from "./command-line.ts";
import { findSystem } from "./find-system.ts";

/** Gives the status of that machine's switch. */
export async function switchOtherMachine(
  context: Context,
  line: RebuildLine,
  action: string,
  toplevel: string,
): Promise<number> {
  const store = openLocalStoreOf(context);
  const host = line.targetHost ?? "";
  await copyTo(context, store, parseStorePath(store.storeDir, toplevel), host, line.useSudo);
  const words = [
    ...(line.useSudo ? ["sudo"] : []),
    `${toplevel}/sw/bin/nixos-rebuild`,
    action,
    "--store-path",
    toplevel,
    ...(line.specialisation === undefined ? [] : ["--specialisation", line.specialisation]),
    ...(line.installBootLoader ? ["--install-bootloader"] : []),
    ...(line.keepFailed ? ["--no-auto-rollback"] : []),
  ];
  context.log.stop();
  const { status, error } = spawnSync("ssh", sshWords(context, host, words), { stdio: "inherit" });
  if (error !== undefined) throw sshFailed(host, error.message);
  return status ?? 1;
}

/** Evaluated here, built there; the result comes back. Gives the toplevel. */
export async function buildElsewhere(context: Context, line: RebuildLine): Promise<string> {
  const store = openLocalStoreOf(context);
  store.beginWriting();
  const host = line.buildHost ?? "";
  context.log.message("notice", "evaluating the system configuration...");
  const [wanted] = await findSystem(context, store, line, "system");
  if (wanted === undefined) throw new FirnError("no-derivation", "<nixpkgs/nixos> has no derivation at 'system'");
  const derivation = printStorePath(store.storeDir, wanted.derivation);
  await copyTo(context, store, wanted.derivation, host, false);
  context.log.message("notice", `building the system configuration on ${host}...`);
  const toplevel = askOver(context, host, ["nix-store", "--realise", derivation]).trim();
  await copyFrom(context, store, parseStorePath(store.storeDir, toByteString(toplevel)), host);
  return toplevel;
}

async function copyTo(
  context: Context,
  store: LocalStore,
  path: StorePath,
  host: string,
  useSudo: boolean,
): Promise<void> {
  const closure = computeClosure(store, [path]).map((each) => fromByteString(printStorePath(store.storeDir, each)));
  const lacking = new Set(
    askOver(context, host, ["nix-store", "--check-validity", "--print-invalid", ...closure]).split("\n"),
  );
  const paths = closure.filter((each) => lacking.has(each));
  if (paths.length === 0) return;
  context.log.message("notice", `copying ${paths.length} store paths to ${host}...`);
  const sudo = useSudo ? ["sudo"] : [];
  await pipe(
    own(["--export", ...paths]),
    ["ssh", ...sshWords(context, host, [...sudo, "nix-store", "--import"])],
    host,
  );
}

async function copyFrom(context: Context, store: LocalStore, path: StorePath, host: string): Promise<void> {
  const toplevel = fromByteString(printStorePath(store.storeDir, path));
  const closure = askOver(context, host, ["nix-store", "--query", "--requisites", toplevel]).trim().split("\n");
  const paths = closure.filter((each) => !store.isValidPath(parseStorePath(store.storeDir, toByteString(each))));
  if (paths.length === 0) return;
  context.log.message("notice", `copying ${paths.length} store paths from ${host}...`);
  const from = ["ssh", ...sshWords(context, host, ["nix-store", "--export", ...paths])];
  await pipe(from, own(["--import"]), host);
}

/** This program itself, as nix-store. */
function own(words: readonly string[]): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? "", "nix-store", ...words];
}

async function pipe(from: readonly string[], to: readonly string[], host: string): Promise<void> {
  const [source = "", ...sourceWords] = from;
  const [sink = "", ...sinkWords] = to;
  const reader = spawn(source, sourceWords, { stdio: ["ignore", "pipe", "inherit"] });
  // What --import prints, the paths, has been said.
  const writer = spawn(sink, sinkWords, { stdio: ["pipe", "ignore", "inherit"] });
  const ends = [once(reader, "close"), once(writer, "close")];
  await pipeline(reader.stdout, writer.stdin).catch(() => undefined);
  const [read, written] = (await Promise.all(ends)) as [number | null][];
  if (read?.[0] !== 0 || written?.[0] !== 0) throw sshFailed(host, "store paths could not be copied");
}

function askOver(context: Context, host: string, words: readonly string[]): string {
  const options = { encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "inherit"] } as const;
  const { status, stdout, error } = spawnSync("ssh", sshWords(context, host, words), {
    ...options,
    stdio: [...options.stdio],
  });
  if (status !== 0)
    throw sshFailed(host, error?.message ?? `'${words.slice(0, 2).join(" ")}' ended with status ${status}`);
  return stdout;
}

/** The programs of a system are not on the path of every shell that ssh starts. */
function sshWords({ environment }: Context, host: string, words: readonly string[]): string[] {
  const options = (environment["NIX_SSHOPTS"] ?? "").split(/\s+/).filter((word) => word !== "");
  const command = words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
  return [...options, host, "--", `PATH=$PATH:/run/current-system/sw/bin:/run/wrappers/bin ${command}`];
}

function sshFailed(host: string, reason: string): FirnError {
  return new FirnError("ssh-failed", `the machine '${host}' could not do it: ${reason}`);
}
