/** The text of a .circom file, and places in it. */

/** A file, with what turns an offset into a line. */
export interface SourceText {
  /** Path as the caller named it. */
  readonly file: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
}

/** A part of a file: the characters from `start` up to `end`. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** A place in a file. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Place after the last character. */
  readonly endLine: number;
  readonly endColumn: number;
}

/** Indexes the lines of a file. */
export function createSourceText(file: string, text: string): SourceText {
  const lineStarts = [0];
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) {
    lineStarts.push(end + 1);
  }
  return { file, text, lineStarts };
}

/** Returns line and column of both ends of a span. */
export function locate({ source, start, end }: Span): Location {
  const first = position(source, start);
  const last = position(source, end);
  return { file: source.file, ...first, endLine: last.line, endColumn: last.column };
}

/** Returns the line on which a span starts, from 1. */
export function lineOf({ source, start }: Span): number {
  return lineIndex(source, start) + 1;
}

/** Returns the source of a span on one line: runs of white space become one blank. */
export function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end).replace(/\s+/g, " ").trim();
}

/** Returns a line of a file without its end, or undefined if there is none. Lines count from 1. */
export function lineText(source: SourceText, line: number): string | undefined {
  const start = source.lineStarts[line - 1];
  if (start === undefined) return undefined;
  const end = source.lineStarts[line] ?? source.text.length;
  return source.text.slice(start, end).replace(/\r?\n$/, "");
}

function position(source: SourceText, offset: number): { line: number; column: number } {
  const index = lineIndex(source, offset);
  return { line: index + 1, column: offset - source.lineStarts[index]! + 1 };
}

/** Returns the index of the last line that starts at or before an offset. */
function lineIndex({ lineStarts }: SourceText, offset: number): number {
  let [low, high] = [0, lineStarts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
