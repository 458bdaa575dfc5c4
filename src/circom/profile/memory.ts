/** What a profile takes of the memory of Node. */
import { circomError } from "../errors.ts";

/** Measured with SHA-256 of 8,192 bits, which has 3.5 million signals; a little more than that. */
const BYTES_PER_SIGNAL = 600;

/**
 * Fails before the memory does, which would end the process.
 *
 * @param heapBytes - Limit of the heap of Node.
 * @throws EVALUATION_TOO_LARGE
 */
export function assertFits(signals: number, heapBytes: number): void {
  const max = Math.floor(heapBytes / BYTES_PER_SIGNAL);
  const what = "signals for the memory of Node, see --max-old-space-size";
  if (signals > max) throw circomError({ code: "EVALUATION_TOO_LARGE", what, max });
}
