/**
 * Transactions that one batch has at most. It bounds how long the operator is busy with one call:
 * each signature takes it about as long as all the rest.
 */
export const BATCH_LENGTH_MAX = 50;
