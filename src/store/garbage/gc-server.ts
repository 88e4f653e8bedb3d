// The socket on which a collection hears of new roots while it holds the collector lock: a client sends `<path>\n` and
// waits for `1`, after which the path is safe. The event loop has to turn for that, so the collection yields as it works.

import { chmodSync, closeSync, constants, mkdirSync, openSync } from "node:fs";
import { unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { parseStorePathIfValid, type StoreDir, type StorePath } from "#formats";
import { hostPath, ifExists, pathInDirectory } from "#host";

export interface RootsServer {
  close(): Promise<void>;
}

/** Listens on the socket `path`; `addRoot` is called before the client gets its answer. */
export async function startRootsServer(
  path: string,
  storeDir: StoreDir,
  addRoot: (path: StorePath) => void,
): Promise<RootsServer> {
  const slash = path.lastIndexOf("/");
  const folder = path.slice(0, slash);
  mkdirSync(hostPath(folder), { recursive: true });
  ifExists(() => unlinkSync(hostPath(path)));
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    socket.on("error", () => socket.destroy());
    serveConnection(socket, storeDir, addRoot);
  });
  // Named through the open folder, as the path of a socket may have no more than 107 bytes.
  const directory = openSync(hostPath(folder), constants.O_RDONLY | constants.O_DIRECTORY);
  await listen(server, pathInDirectory(directory, path.slice(slash + 1)).toString());
  chmodSync(hostPath(path), 0o666);
  return {
    close: async () => {
      for (const socket of connections) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      closeSync(directory);
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const longestLine = 64 * 1024;

function serveConnection(socket: Socket, storeDir: StoreDir, addRoot: (path: StorePath) => void): void {
  let pending = "";
  socket.setEncoding("latin1");
  socket.on("data", (data) => {
    const lines = (pending + String(data)).split("\n");
    pending = lines.pop() ?? "";
    if (pending.length > longestLine) socket.destroy();
    for (const line of lines) {
      const path = parseStorePathIfValid(storeDir, line);
      if (path !== undefined) addRoot(path);
      socket.write("1");
    }
  });
}
