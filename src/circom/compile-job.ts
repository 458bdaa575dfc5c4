/** What the compiler's worker thread gets and answers. */

/** The one folder that the compiler sees, by its name there, on every system. */
export const COMPILER_FOLDER = "/circuit";

export interface CompileJob {
  /** Arguments of the circom command line. Paths begin with {@link COMPILER_FOLDER}. */
  readonly args: readonly string[];
  /** The folder on disk. */
  readonly folder: string;
}

export type CompileOutcome = {
  readonly output: string;
  /** The system's code of a failed write, such as ENOSPC. */
  readonly refusal: string | undefined;
} & (
  | { readonly status: "exited"; readonly code: number }
  | { readonly status: "crashed"; readonly reason: string }
);
