// A program of the language and what became of it. Texts are byte strings.

export interface Program {
  readonly source: string;
  readonly showTrace: boolean;
  /** Only parsed, and printed as it was understood. */
  readonly parseOnly: boolean;
  /** Evaluated no further than to the outermost value. */
  readonly isLazy: boolean;
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
}

export interface Compared {
  readonly firn: Outcome;
  readonly nix: Outcome;
}
