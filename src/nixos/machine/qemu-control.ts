// Commands to QEMU itself, on the socket of its machine protocol.

import { LineSocket } from "./line-socket.ts";
import { machineTimedOut, qemuFailed } from "./machine-errors.ts";

export interface QemuCommand {
  readonly execute: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** Carries the commands out one after another; an error of one is thrown with QEMU's words. */
export async function commandQemu(
  socket: string,
  { name, timeout }: { readonly name: string; readonly timeout: number },
  commands: readonly QemuCommand[],
): Promise<void> {
  const control = await LineSocket.open(socket);
  try {
    for (const command of [{ execute: "qmp_capabilities" }, ...commands]) {
      control.send(JSON.stringify(command));
      await answer(control, name, timeout);
    }
  } finally {
    control.close();
  }
}

/** A greeting, and the answer to each command; events come between. */
async function answer(control: LineSocket, name: string, timeout: number): Promise<void> {
  for (;;) {
    const line = await control.nextLine(timeout * 1000);
    if (line === undefined) throw machineTimedOut(name, "QEMU answers", timeout, "");
    const said = JSON.parse(line) as { readonly return?: unknown; readonly error?: { readonly desc: string } };
    if (said.error !== undefined) throw qemuFailed(name, said.error.desc);
    if ("return" in said) return;
  }
}
