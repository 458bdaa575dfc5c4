/**
 * Returns a number with its noun, such as "1 constraint" or "2,080 constraints".
 *
 * @param noun - In the singular; its plural takes an s.
 */
export function counted(value: number, noun: string): string {
  return `${value.toLocaleString("en")} ${noun}${value === 1 ? "" : "s"}`;
}
