/** Text of others in messages for people. */

/** Replaces control characters: a terminal would obey those of a file that a parser quotes. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\ufffd");
}
