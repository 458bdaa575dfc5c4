/** What can be wrong with what L1 tells of a rollup, or with a checkpoint of it. */
import { defineErrors } from "../util/errors.ts";

export type RestoreErrorFacts =
  | { code: "RESTORE_ROOT_MISMATCH"; blockNumber: number; expected: bigint; actual: bigint }
  | { code: "RESTORE_BLOCK_INVALID"; blockNumber: number; reason: string }
  | { code: "RESTORE_PRESET_UNKNOWN"; accountCapacity: number; tokenCapacity: number }
  | { code: "RESTORE_GENESIS_MISMATCH"; expected: bigint; actual: bigint }
  | { code: "CHECKPOINT_MALFORMED"; reason: string }
  | { code: "CHECKPOINT_OF_OTHER_ROLLUP"; what: string; expected: string; actual: string }
  | { code: "EXIT_NOTHING_TO_CLAIM"; owner: string; tokenId: number }
  | { code: "EXIT_DONE_ALREADY"; owner: string; tokenId: number }
  | { code: "EXIT_ROLLUP_ALIVE"; expiration: bigint | undefined };

function toDate(timestamp: bigint): string {
  return new Date(Number(timestamp) * 1000).toISOString();
}

export const restoreError = defineErrors<RestoreErrorFacts>({
  RESTORE_ROOT_MISMATCH: {
    message: ({ blockNumber, expected, actual }) =>
      `After block ${blockNumber} L1 has the state root ${expected}, ` +
      `but its public data leads to ${actual}.`,
    fix: "A block that is not proven is the operator's fault and has no effect; else report a bug.",
  },
  RESTORE_BLOCK_INVALID: {
    message: ({ blockNumber, reason }) =>
      `The public data of block ${blockNumber} can not be applied: ${reason}`,
    fix: "A block that is not proven is the operator's fault and has no effect; else report a bug.",
  },
  RESTORE_PRESET_UNKNOWN: {
    message: ({ accountCapacity, tokenCapacity }) =>
      `No preset has room for ${accountCapacity} accounts and ${tokenCapacity} tokens.`,
    fix: "Restore with the version of this package that the rollup was deployed with.",
  },
  RESTORE_GENESIS_MISMATCH: {
    message: ({ expected, actual }) =>
      `The rollup starts at the state root ${expected}, but its fee account alone makes ${actual}.`,
    fix: "Restore with the version of this package that the rollup was deployed with.",
  },
  CHECKPOINT_MALFORMED: {
    message: ({ reason }) => `The checkpoint can not be read: ${reason}`,
    fix: "Name another file with --output, or delete this one: the restore then starts over.",
  },
  CHECKPOINT_OF_OTHER_ROLLUP: {
    message: ({ what, expected, actual }) =>
      `The checkpoint is of another rollup: its ${what} is ${actual}, not ${expected}.`,
    fix: "Name another file with --output.",
  },
  EXIT_NOTHING_TO_CLAIM: {
    message: ({ owner, tokenId }) =>
      `${owner} holds nothing of token ${tokenId}: not in the last executed state, not in the queue.`,
    fix: "Check account and token; what an executed block paid out is on L1 already.",
  },
  EXIT_DONE_ALREADY: {
    message: ({ owner, tokenId }) => `${owner} has had its token ${tokenId} paid out already.`,
    fix: "The events ExitPerformed and PayoutSent of the contract say when.",
  },
  EXIT_ROLLUP_ALIVE: {
    message: ({ expiration }) =>
      expiration === undefined
        ? "No L1 request waits for the operator, so the rollup is not known to have stopped."
        : `The oldest open L1 request may wait until ${toDate(expiration)}.`,
    fix: "Ask for the exit on L1 (requestFullExit, rollup:exit --request); if it expires, come back.",
  },
});
