/** What keeps an exit from a rollup that has stopped, or leaves something of it to do. */
import { defineErrors } from "../util/errors.ts";

export type ExitErrorFacts =
  | { code: "EXIT_NOTHING_TO_CLAIM"; owner: string; tokenId: number; symbol: string }
  | { code: "EXIT_DONE_ALREADY"; owner: string; tokenId: number; symbol: string }
  | { code: "EXIT_INCOMPLETE"; owner: string; failed: number; first: string }
  | { code: "EXIT_ROLLUP_ALIVE"; expiration: bigint | undefined };

function toDate(timestamp: bigint): string {
  return new Date(Number(timestamp) * 1000).toISOString();
}

export const exitError = defineErrors<ExitErrorFacts>({
  EXIT_NOTHING_TO_CLAIM: {
    message: ({ owner, tokenId, symbol }) =>
      `${owner} holds nothing of ${symbol} (token ${tokenId}): ` +
      `not in the last executed state, not in the queue.`,
    fix: "Check account and token; payouts of executed blocks are on L1 already.",
  },
  EXIT_DONE_ALREADY: {
    message: ({ owner, tokenId, symbol }) =>
      `${symbol} (token ${tokenId}) of ${owner} is paid out already.`,
    fix: "Look for the events ExitPerformed and PayoutSent of the contract.",
  },
  EXIT_INCOMPLETE: {
    message: ({ owner, failed, first }) =>
      `The exit of ${owner} is incomplete: ${failed} steps failed. The first: ${first}`,
    fix: "Run the command again: it repeats no step that is done, and no funds are lost.",
  },
  EXIT_ROLLUP_ALIVE: {
    message: ({ expiration }) =>
      expiration === undefined
        ? "No L1 request waits for the operator, so nothing shows that the rollup has stopped."
        : `The oldest open L1 request expires at ${toDate(expiration)}.`,
    fix: "Ask for the exit on L1 (requestFullExit, rollup:exit --request); if it expires, run this again.",
  },
});
