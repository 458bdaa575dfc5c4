/** Shows the progress of long work: a spinner on a terminal, lines elsewhere. */
import { createSpinner } from "@nomicfoundation/hardhat-utils/spinner";

/** Minimum time of work that gets a line. */
const NOTABLE_MS = 2_000;

/** Runs `work` and shows `text` meanwhile. */
export type Progress = <T>(text: string, work: () => Promise<T>) => Promise<T>;

/** Prints a warning where no program reads the output. */
export function printWarning(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Shows nothing. */
export const silentProgress: Progress = (_text, work) => work();

/**
 * Shows progress on `stream`: standard output, or standard error if a program reads the output.
 *
 * @returns A {@link Progress} that spins on a terminal, and leaves a line for long work.
 */
export function createProgress(stream: NodeJS.WriteStream = process.stdout): Progress {
  return async (text, work) => {
    const spinner = createSpinner({ text: `${text}…`, stream });
    spinner.start();
    const notice = setTimeout(() => {
      if (!spinner.isEnabled) stream.write(`${text}…\n`);
    }, NOTABLE_MS);
    const start = performance.now();
    try {
      return await work();
    } finally {
      clearTimeout(notice);
      spinner.stop();
      const elapsedMs = performance.now() - start;
      if (elapsedMs > NOTABLE_MS) stream.write(`${text}: ${(elapsedMs / 1000).toFixed(1)} s\n`);
    }
  };
}

/**
 * Writes a line to `stream` as soon as work takes long, and nothing for short work.
 */
export function createQuietProgress(stream: NodeJS.WriteStream): Progress {
  return async (text, work) => {
    const notice = setTimeout(() => stream.write(`${text}…\n`), NOTABLE_MS);
    try {
      return await work();
    } finally {
      clearTimeout(notice);
    }
  };
}
