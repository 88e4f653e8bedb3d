// A desktop as somebody sees it: the screen of a machine on which a user is logged in at an X server.

import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inflateSync } from "node:zlib";
import { Machine } from "#nixos";
import { openWorkshop, timeout } from "./built-machine.test-support.ts";

/** How many colours a picture has, and its size. Good for PNG files of 8 bits a channel without interlacing, as QEMU writes them. */
function lookAt(png: Buffer): { readonly width: number; readonly height: number; readonly colours: number } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const bytes = inflateSync(Buffer.concat(parts));
  const channels = { 2: 3, 6: 4 }[png[25] ?? 0] ?? 0;
  const row = width * channels;
  assert.ok(channels > 0 && bytes.length === height * (row + 1), "a picture of true colours");
  const above = Buffer.alloc(row);
  const colours = new Set<number>();
  for (let y = 0; y < height; y++) {
    const start = y * (row + 1);
    const filter = bytes[start] ?? 0;
    const line = Buffer.alloc(row);
    for (let x = 0; x < row; x++) {
      const [left = 0, up = 0, corner = 0] =
        x < channels ? [0, above[x], 0] : [line[x - channels], above[x], above[x - channels]];
      line[x] = ((bytes[start + 1 + x] ?? 0) + predict(filter, left, up, corner)) & 255;
    }
    for (let x = 0; x < row; x += channels) colours.add(line.readUIntBE(x, 3));
    line.copy(above);
  }
  return { width, height, colours: colours.size };
}

function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

describe("a desktop", { concurrency: false }, () => {
  const workshop = openWorkshop();
  const folder = join(workshop.folder, "desktop");
  let machine: Machine;

  before(async () => {
    const spec = workshop.buildTestMachine("desktop.nix");
    rmSync(folder, { recursive: true, force: true });
    machine = new Machine(spec, { folder, timeout });
    await machine.start();
    await machine.waitForUnit("graphical.target");
  });
  after(async () => {
    await machine.crash();
    workshop.close();
  });

  const asAnna = "XAUTHORITY=/run/display-manager/server-authority DISPLAY=:0";

  test("a window is on the screen, with a frame around it", async () => {
    const windows = await machine.waitUntilSucceeds(`${asAnna} xwininfo -root -tree | grep '"terminal"'`);
    assert.match(windows, /"XTerm"/);
    // The window manager says who it is at the root.
    await machine.waitUntilSucceeds(`${asAnna} xprop -root _NET_SUPPORTING_WM_CHECK | grep 'window id'`);
    assert.match(await machine.succeed("ps -o user= -C icewm,xterm | sort -u"), /^anna$/m);
  });

  test("the picture of the screen has its size, and letters in it", async () => {
    const file = join(folder, "screen.png");
    await machine.waitUntilSucceeds(`${asAnna} xwininfo -name terminal | grep 'Map State: IsViewable'`);
    await machine.screenshot(file);
    const picture = lookAt(readFileSync(file));
    assert.deepEqual([picture.width, picture.height], [1024, 768]);
    assert.ok(picture.colours > 40, `smooth letters and frames have many colours: ${picture.colours}`);
  });

  test("the session is one of logind's, and its keys are German until somebody asks for others", async () => {
    assert.match(await machine.succeed("loginctl list-sessions --no-legend"), /anna/);
    assert.match(await machine.succeed(`${asAnna} setxkbmap -query`), /layout: +de/);
    await machine.succeed(`${asAnna} setxkbmap fr`);
    assert.match(await machine.succeed(`${asAnna} setxkbmap -query`), /layout: +fr/);
    assert.equal(await machine.succeed("systemctl list-units --state=failed --plain --no-legend"), "");
  });
});
