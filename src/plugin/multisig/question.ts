/** The question of `rollup:multisig sign`. */
import { randomInt } from "node:crypto";
import type { LineReader } from "./channel.ts";

/**
 * Asks a person for consent. The answer is a random number that the question shows, so no line that
 * was typed, pasted or piped before can be the answer, whenever it is read.
 *
 * @param say - Prints a line to the person.
 * @returns Whether the next line is that number; empty lines do not count.
 */
export async function askToSign(lines: LineReader, say: (line: string) => void): Promise<boolean> {
  const number = String(randomInt(100_000, 1_000_000));
  say(`Type ${number} to sign this, or "no":`);
  for (;;) {
    const answer = (await lines.next())?.trim();
    if (answer !== "") return answer === number;
  }
}
