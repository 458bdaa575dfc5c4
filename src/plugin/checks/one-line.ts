/** Values as they are typed in a test. */

/** Values on one line, as they are typed in a test. */
export function oneLine(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "bigint" ? `${part}n` : part,
  );
  return text
    .replace(/"(\d+n)"/g, "$1")
    .replace(/"(\w+)":/g, "$1: ")
    .replace(/,(?! )/g, ", ");
}
