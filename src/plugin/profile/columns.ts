/** Aligns cells in columns of text. */

/** Numbers are aligned at their ends, text at its start. */
export type Cell = string | number;

/** Returns lines with the cells of each column below each other, indented by two blanks. */
export function toColumns(header: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const isNumber = header.map((_, column) =>
    rows.some((cells) => typeof cells[column] === "number"),
  );
  const texts = [header, ...rows.map((cells) => cells.map(show))];
  const widths = header.map((_, column) =>
    Math.max(...texts.map((cells) => cells[column]!.length)),
  );
  return texts.map((cells) =>
    `  ${cells
      .map((cell, column) =>
        isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join("  ")}`.trimEnd(),
  );
}

function show(cell: Cell): string {
  return typeof cell === "number" ? cell.toLocaleString("en") : cell;
}
