import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { EthernetHub } from "./ethernet-hub.ts";

async function openHub(t: TestContext): Promise<EthernetHub> {
  const folder = mkdtempSync(join(tmpdir(), "firn-hub-"));
  const hub = await EthernetHub.open(join(folder, "vlan1.sock"));
  t.after(async () => {
    await hub.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return hub;
}

function frame(text: string): Buffer {
  const bytes = Buffer.alloc(4 + text.length);
  bytes.writeUInt32BE(text.length);
  bytes.write(text, 4, "latin1");
  return bytes;
}

class Port {
  readonly socket: Socket;
  received = "";

  private constructor(path: string) {
    this.socket = connect(path);
    this.socket.on("data", (bytes: Buffer) => (this.received += bytes.toString("latin1")));
  }

  static async plugIn(hub: EthernetHub): Promise<Port> {
    const port = new Port(hub.path);
    await once(port.socket, "connect");
    return port;
  }

  async receives(frames: string): Promise<void> {
    while (this.received.length < frames.length) await once(this.socket, "data");
    assert.equal(this.received, frames);
  }
}

test("what one machine sends all others get, frame by frame, however it is cut on the way", async (t) => {
  const hub = await openHub(t);
  const [a, b, c] = [await Port.plugIn(hub), await Port.plugIn(hub), await Port.plugIn(hub)];
  // Whoever has been answered is plugged in.
  b.socket.write(frame("hello"));
  await a.receives(frame("hello").toString("latin1"));
  await c.receives(frame("hello").toString("latin1"));
  const [one, two] = [frame("one"), frame("x".repeat(70_000))];
  a.socket.write(Buffer.concat([one, two.subarray(0, 2)]));
  await b.receives(one.toString("latin1"));
  a.socket.write(two.subarray(2, 5000));
  a.socket.write(two.subarray(5000));
  await b.receives(Buffer.concat([one, two]).toString("latin1"));
  assert.equal(a.received, frame("hello").toString("latin1"), "the sender hears nothing of its own");
});

test("who sends what is no frame is cut off, and the others are not told", async (t) => {
  const hub = await openHub(t);
  const [a, b] = [await Port.plugIn(hub), await Port.plugIn(hub)];
  a.socket.write(Buffer.from([255, 255, 255, 255, 1, 2, 3]));
  await once(a.socket, "close");
  assert.equal(b.received, "");
});

test("a machine that is gone can come again", async (t) => {
  const hub = await openHub(t);
  const [a, b] = [await Port.plugIn(hub), await Port.plugIn(hub)];
  b.socket.destroy();
  await once(b.socket, "close");
  const again = await Port.plugIn(hub);
  again.socket.write(frame("back"));
  await a.receives(frame("back").toString("latin1"));
});
