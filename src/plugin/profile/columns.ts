/** Aligns cells in columns of text. */

/** Numbers are aligned at their ends, text at its start. */
export type Cell = string | number;

/** Numbers as text, with a unit. */
const NUMERIC = /^[+-]?[\d.,]+(?: %| ms)?$/;

/** Returns lines with the cells of each column below each other, indented by two blanks. */
export function toColumns(header: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const isNumeric = header.map((_, column) => rows.some((cells) => isNumber(cells[column]!)));
  const texts = [header, ...rows.map((cells) => cells.map(show))];
  const widths = header.map((_, column) =>
    Math.max(...texts.map((cells) => cells[column]!.length)),
  );
  const align = (cell: string, column: number) =>
    isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return texts.map((cells) => `  ${cells.map(align).join("  ")}`.trimEnd());
}

function isNumber(cell: Cell): boolean {
  return typeof cell === "number" || NUMERIC.test(cell);
}

function show(cell: Cell): string {
  return typeof cell === "number" ? cell.toLocaleString("en") : cell;
}
