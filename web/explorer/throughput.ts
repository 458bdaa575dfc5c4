/** Operations a second, computed from sealed blocks. */
import type { BlockInfo } from "../../src/sdk.ts";

/** What a block adds to a chart. */
export interface Rate {
  readonly blockNumber: number;
  readonly operations: number;
  /** Operations a second since the block before. */
  readonly perSecond: number;
}

/** Operations without those that fill unused slots. */
export function countOperations({ operations }: Pick<BlockInfo, "operations">): number {
  return operations.filter((type) => type !== "noop").length;
}

/**
 * Rates of blocks. Times have whole seconds, so blocks of one second share its rate.
 *
 * @param blocks - Consecutive, the latest first; the earliest only says when the next one began.
 * @returns The earliest first.
 */
export function ratesOf(blocks: readonly BlockInfo[]): Rate[] {
  const rising = blocks.toReversed();
  return rising.slice(1).map(({ blockNumber, timestamp, operations }) => {
    const together = rising.filter((block) => block.timestamp === timestamp);
    const before = rising.findLast((block) => block.timestamp < timestamp);
    const count = together.reduce((sum, block) => sum + countOperations(block), 0);
    const seconds = before === undefined ? 1 : Number(timestamp - before.timestamp);
    return { blockNumber, operations: countOperations({ operations }), perSecond: count / seconds };
  });
}

/** Operations a second over all blocks; 0 if they are of one moment. */
export function overallRate(blocks: readonly BlockInfo[]): number {
  const [latest, earliest] = [blocks[0], blocks.at(-1)];
  if (latest === undefined || earliest === undefined) return 0;
  const seconds = Number(latest.timestamp - earliest.timestamp);
  if (seconds === 0) return 0;
  const counted = blocks.filter(({ timestamp }) => timestamp > earliest.timestamp);
  return counted.reduce((sum, block) => sum + countOperations(block), 0) / seconds;
}
