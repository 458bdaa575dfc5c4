/** Reads what a .circom file says of itself, without parsing it. */

/** An include statement. */
export interface Include {
  /** The path in the statement. */
  readonly path: string;
  /** Line of the statement, from 1. */
  readonly line: number;
  /** Offset of the opening quote in the source. */
  readonly start: number;
}

/** Returns whether circom source declares `component main` outside comments and strings. */
export function declaresMain(source: string): boolean {
  return /\bcomponent\s+main\b/.test(blankComments(source).replace(/"[^"\n]*"/g, '""'));
}

/** Lists the include statements of circom source. */
export function findIncludes(source: string): Include[] {
  const code = blankComments(source);
  // Each string is matched, so that no closing quote is taken for an opening one.
  const strings = [...code.matchAll(/(\binclude\s*)?"([^"\n]*)"/g)];
  return strings
    .filter(([, keyword]) => keyword !== undefined)
    .map((match) => ({
      path: match[2]!,
      line: code.slice(0, match.index).split("\n").length,
      start: match.index + match[1]!.length,
    }));
}

/** Replaces comments by blanks, so that lines and offsets stay. Strings stay, too. */
export function blankComments(source: string): string {
  return source.replace(/"[^"\n]*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (text) =>
    text.startsWith('"') ? text : text.replace(/[^\n]/g, " "),
  );
}
