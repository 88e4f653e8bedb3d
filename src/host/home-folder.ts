// Where this user's home is, as os.homedir() says it; node:os is loaded only where no variable does.

import { homedir } from "node:os";

export function homeFolder(): string {
  return process.env["HOME"] ?? homedir();
}
