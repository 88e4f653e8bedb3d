// The secure shell through which somebody switches the machine: where it came in, and whether it still answers there. Found by
// the sshd among the processes that this one is a child of, since sudo and its kin do not keep variables; else by $SSH_CONNECTION.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Where the server is connected to. */
export interface SshPlace {
  readonly address: string;
  readonly port: number;
}

/** `proc`: the folder of the kernel's processes. Undefined where nobody came by ssh. */
export function findSshSession(
  connection: string | undefined,
  pid: number = process.ppid,
  proc = "/proc",
): SshPlace | undefined {
  for (let ancestor = pid; ancestor > 1; ancestor = parentOf(ancestor, proc)) {
    if (!/^sshd\b/.test(read(`${proc}/${ancestor}/comm`))) continue;
    const place = connectionOf(ancestor, proc);
    if (place !== undefined) return place;
  }
  const [, , address, port] = connection?.split(" ") ?? [];
  return address === undefined || port === undefined ? undefined : { address, port: Number(port) };
}

/** Whether a server of the secure shell greets there, tried until `seconds` are over. */
export async function answersSsh(place: SshPlace, seconds: number): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  while (true) {
    if (await greets(place, Math.max(1, end - Date.now()))) return true;
    if (Date.now() + retryInterval >= end) return false;
    await pause(retryInterval);
  }
}

/** In milliseconds. */
const retryInterval = 250;

function greets({ address, port }: SshPlace, milliseconds: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: address, port, timeout: milliseconds });
  const answer = (isGreeted: boolean): void => {
    socket.destroy();
    resolve(isGreeted);
  };
  socket.on("data", (text: Buffer) => answer(text.toString("latin1").startsWith("SSH-")));
  for (const event of ["error", "timeout", "close"]) socket.on(event, () => answer(false));
  return promise;
}

function parentOf(pid: number, proc: string): number {
  // Behind the name, which may have spaces and parentheses, come the state and the parent.
  const [, parent] = read(`${proc}/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(parent ?? 0);
}

/** The server's end of the connection that the process holds. */
function connectionOf(pid: number, proc: string): SshPlace | undefined {
  const sockets = new Set(socketsOf(pid, proc));
  for (const table of ["tcp", "tcp6"]) {
    for (const line of read(`${proc}/${pid}/net/${table}`).split("\n").slice(1)) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state === established && sockets.has(inode)) return parsePlace(local);
    }
  }
  return undefined;
}

/** As /proc/net/tcp writes the state. */
const established = "01";

function socketsOf(pid: number, proc: string): string[] {
  const folder = `${proc}/${pid}/fd`;
  return orEmpty(() => readdirSync(folder), []).flatMap((name) => {
    const target = orEmpty(() => readlinkSync(`${folder}/${name}`), "");
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

/** `0100007F:0016`: an address as words of 32 bits, each with its last byte first. */
function parsePlace(text: string): SshPlace {
  const [address = "", port = ""] = text.split(":");
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );
  const isMapped = bytes.length === 16 && bytes.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  const plain = isMapped ? bytes.slice(12) : bytes;
  const groups = Array.from({ length: plain.length / 2 }, (_, i) =>
    (((plain[2 * i] ?? 0) << 8) | (plain[2 * i + 1] ?? 0)).toString(16),
  );
  return { address: plain.length === 4 ? plain.join(".") : groups.join(":"), port: Number.parseInt(port, 16) };
}

/** Processes end while they are looked at. */
function read(path: string): string {
  return orEmpty(() => readFileSync(path, "latin1"), "");
}

function orEmpty<T>(get: () => T, empty: T): T {
  try {
    return get();
  } catch {
    return empty;
  }
}
