/**
 * Maximum transactions of a batch. It limits the operator's time for one call:
 * each signature takes about as long as everything else.
 */
export const BATCH_LENGTH_MAX = 50;
