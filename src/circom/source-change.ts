/** A change of one source file, under which a circuit is compiled instead of the file on disk. */
import { assert } from "../util/errors.ts";

/** A part of a file, and what takes its place: text of the same length, so that places stay. */
export interface SourceChange {
  /** Absolute real path. */
  readonly file: string;
  /** Index of the first character. */
  readonly start: number;
  readonly original: string;
  readonly replacement: string;
}

/** The variable of the environment that has a change as JSON, for the tests of a project. */
export const CHANGE_VARIABLE = "ROLLUP_SOURCE_CHANGE";

/** Reads the change that this process is started with, if any. */
export function changeOfProcess(): SourceChange | undefined {
  const text = process.env[CHANGE_VARIABLE];
  return text === undefined ? undefined : (JSON.parse(text) as SourceChange);
}

/** Returns the text of a file under a change. */
export function applyChange(change: SourceChange | undefined, file: string, text: string): string {
  if (change?.file !== file) return text;
  const { start, original, replacement } = change;
  const end = start + original.length;
  assert(text.slice(start, end) === original, "a changed source is the one that was read");
  return text.slice(0, start) + replacement + text.slice(end);
}
