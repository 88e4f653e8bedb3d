// What the rooms' tests use of node:test: they register here, and the page runs them when it is asked to.

interface RegisteredTest {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

export interface TestResult {
  readonly name: string;
  readonly milliseconds: number;
  /** Absent when it passed. */
  readonly failure?: string;
}

const registered: RegisteredTest[] = [];

export function test(name: string, run: () => void | Promise<void>): void {
  registered.push({ name, run });
}

/** Runs what has been registered, but those that `skipped` names; each of them must be there. */
export async function runTests(skipped: readonly string[]): Promise<TestResult[]> {
  const unknown = skipped.filter((name) => !registered.some((one) => one.name === name));
  const results: TestResult[] = unknown.map((name) => ({
    name,
    milliseconds: 0,
    failure: "it is to be skipped and is not there",
  }));
  for (const { name, run } of registered) {
    if (skipped.includes(name)) continue;
    const began = performance.now();
    let failure: string | undefined;
    try {
      await run();
    } catch (error) {
      failure = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
    }
    const result = { name, milliseconds: performance.now() - began };
    results.push(failure === undefined ? result : { ...result, failure });
  }
  return results;
}
