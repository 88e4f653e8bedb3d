import type { FactRecorder } from "#facts";
import type { Emit } from "#formats";

/** What an evaluation whose answer is to be remembered tells of itself. */
export interface Recording {
  readonly recorder: FactRecorder;
  /** Takes the place of the log's. */
  readonly emit: Emit;
}
