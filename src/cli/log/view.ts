// Which view is opened: plain lines, Nix's internal-json, or the live view of a terminal.

import { openJsonView } from "./json-view.ts";
import type { LogView, ViewOptions } from "./log-view.ts";
import { openProgressView } from "./progress-view.ts";
import { openRawView } from "./raw-view.ts";

export function openView(options: ViewOptions): LogView {
  switch (options.format) {
    case "internal-json":
      return openJsonView(options.storeDir);
    case "bar":
    case "bar-with-logs":
      return options.isTerminal ? openProgressView(options) : openRawView(options);
    case "raw":
    case "raw-with-logs":
      return openRawView(options);
  }
}
