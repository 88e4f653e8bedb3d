import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { answersSsh, findSshSession } from "./ssh-session.ts";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, state: string, inode: number): string =>
  `   0: ${local} 0202000A:C3A0 ${state} 00000000:00000000 02:0009 00000000     0        0 ${inode} 2 0000000000000000 20\n`;

/** Processes 30 ← 20 ← 10 ← 1, of which 10 is named. */
function openProc(t: TestContext, name: string, tables: Readonly<Record<string, string>>): string {
  const proc = mkdtempSync(join(tmpdir(), "firn-proc-"));
  t.after(() => rmSync(proc, { recursive: true }));
  const add = (pid: number, parent: number, comm: string): void => {
    mkdirSync(join(proc, `${pid}/net`), { recursive: true });
    mkdirSync(join(proc, `${pid}/fd`));
    writeFileSync(join(proc, `${pid}/stat`), `${pid} (${comm}) S ${parent} ${pid} ${pid} 0`);
    writeFileSync(join(proc, `${pid}/comm`), `${comm}\n`);
    for (const [table, text] of Object.entries(tables)) writeFileSync(join(proc, `${pid}/net/${table}`), header + text);
  };
  add(10, 1, name);
  add(20, 10, "ba) sh");
  add(30, 20, "sudo");
  symlinkSync("/dev/null", join(proc, "10/fd/0"));
  symlinkSync("socket:[77]", join(proc, "10/fd/4"));
  return proc;
}

test("the server's end of the connection is found, whoever is between", (t) => {
  const tcp = row("00000000:0016", "0A", 70) + row("0F02000A:0016", "01", 76) + row("0F02000A:08AE", "01", 77);
  assert.deepEqual(findSshSession(undefined, 30, openProc(t, "sshd", { tcp })), { address: "10.0.2.15", port: 2222 });
  const mapped = row("0000000000000000FFFF00000F02000A:0016", "01", 77);
  assert.deepEqual(findSshSession(undefined, 30, openProc(t, "sshd-session", { tcp6: mapped })), {
    address: "10.0.2.15",
    port: 22,
  });
  const six = row("B80D0120000000000000000001000000:0016", "01", 77);
  assert.deepEqual(findSshSession(undefined, 30, openProc(t, "sshd", { tcp6: six })), {
    address: "2001:db8:0:0:0:0:0:1",
    port: 22,
  });
});

test("without an sshd the variable says where, and without that nobody came by ssh", (t) => {
  const tcp = row("0F02000A:0016", "01", 77);
  const proc = openProc(t, "login", { tcp });
  assert.equal(findSshSession(undefined, 30, proc), undefined);
  assert.deepEqual(findSshSession("10.0.2.2 50080 10.0.2.15 22", 30, proc), { address: "10.0.2.15", port: 22 });
});

async function listen(t: TestContext, greeting: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.end(greeting));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

test("an answer is a greeting of the secure shell", async (t) => {
  const place = (port: number) => ({ address: "127.0.0.1", port });
  assert.equal(await answersSsh(place((await listen(t, "SSH-2.0-x\r\n")).port), 5), true);
  assert.equal(await answersSsh(place((await listen(t, "220 mail\r\n")).port), 0.3), false);
  const { server, port } = await listen(t, "SSH-2.0-x\r\n");
  server.close();
  assert.equal(await answersSsh(place(port), 0.3), false);
});
