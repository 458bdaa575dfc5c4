/**
 * How a test run under a change of the source says that tests have failed.
 *
 * A run also ends with an error if a circuit or a contract does not compile, or a file is missing.
 * Then no test has noticed anything.
 */
import { changeOfProcess } from "../../circom/source-change.ts";

/** The exit code of a run under a change in which tests have failed. */
export const TESTS_FAILED_STATUS = 87;

/** Sets the exit code of this process, if it runs under a change. @param result - Of the tests. */
export function markFailedTests(result: unknown): void {
  if (changeOfProcess() === undefined) return;
  const { success } = (result ?? {}) as { readonly success?: unknown };
  const hasFailed = success === false || (process.exitCode !== undefined && process.exitCode !== 0);
  // Hardhat sets an exit code of its own after its task.
  if (hasFailed) process.once("exit", () => (process.exitCode = TESTS_FAILED_STATUS));
}
