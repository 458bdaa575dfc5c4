/** What can be wrong with the events of a rollup on L1, or with a checkpoint of it. */
import { defineErrors } from "../util/errors.ts";

export type RestoreErrorFacts =
  | { code: "RESTORE_ROOT_MISMATCH"; blockNumber: number; expected: bigint; actual: bigint }
  | { code: "RESTORE_BLOCK_INVALID"; blockNumber: number; reason: string }
  | { code: "RESTORE_BLOCK_UNREADABLE"; blockNumber: number }
  | { code: "RESTORE_PRESET_UNKNOWN"; accountCapacity: number; tokenCapacity: number }
  | { code: "RESTORE_GENESIS_MISMATCH"; expected: bigint; actual: bigint }
  | { code: "RESTORE_EVENTS_MISSING"; reason: string }
  | { code: "RESTORE_DISAGREES"; difference: string; l1Block: number }
  | { code: "RESTORE_INTERRUPTED"; reason: string; file: string | undefined }
  | { code: "CHECKPOINT_MALFORMED"; file: string; reason: string }
  | { code: "CHECKPOINT_DISAGREES"; file: string; difference: string }
  | { code: "CHECKPOINT_NOT_SAVED"; file: string; reason: string }
  | {
      code: "CHECKPOINT_OF_OTHER_ROLLUP";
      file: string;
      what: string;
      expected: string;
      actual: string;
    };

export const restoreError = defineErrors<RestoreErrorFacts>({
  RESTORE_ROOT_MISMATCH: {
    message: ({ blockNumber, expected, actual }) =>
      `After block ${blockNumber} L1 has the state root ${expected}, ` +
      `but its public data leads to ${actual}.`,
    fix: "Until it is executed it has no effect, and a validator can revert it; else report a bug.",
  },
  RESTORE_BLOCK_INVALID: {
    message: ({ blockNumber, reason }) =>
      `The public data of block ${blockNumber} cannot be applied: ${reason}`,
    fix: "Until it is executed it has no effect, and a validator can revert it; else report a bug.",
  },
  RESTORE_BLOCK_UNREADABLE: {
    message: ({ blockNumber }) =>
      `The calldata that committed block ${blockNumber} cannot be decoded.`,
    fix: "Until it is executed it has no effect, and a validator can revert it; else report a bug.",
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
  RESTORE_EVENTS_MISSING: {
    message: ({ reason }) => `The events from the L1 node do not fit together: ${reason}.`,
    fix: "Use another L1 node: this one withholds events of the rollup.",
  },
  RESTORE_DISAGREES: {
    message: ({ difference, l1Block }) =>
      `The events up to L1 block ${l1Block} disagree with the contract: ${difference}.`,
    fix: "Use another L1 node; if it says the same, report a bug.",
  },
  RESTORE_INTERRUPTED: {
    message: ({ reason, file }) =>
      `L1 failed during the restore: ${reason}` +
      (file === undefined ? "" : ` The checkpoint in ${file} is kept.`),
    fix: "Run it again when L1 answers: it continues from its last checkpoint.",
  },
  CHECKPOINT_MALFORMED: {
    message: ({ file, reason }) => `The checkpoint in ${file} cannot be read: ${reason}.`,
    fix: "Nothing to do: it is set aside as .damaged, and the state restored from the first block on.",
  },
  CHECKPOINT_DISAGREES: {
    message: ({ file, difference }) =>
      `The checkpoint in ${file} disagrees with L1: ${difference}.`,
    fix: "Nothing to do: it is set aside as .damaged, and the state restored from the first block on.",
  },
  CHECKPOINT_NOT_SAVED: {
    message: ({ file, reason }) => `No checkpoint can be kept in ${file}: ${reason}.`,
    fix: "Make room or the folder writable, or name another file; without it a restore starts over.",
  },
  CHECKPOINT_OF_OTHER_ROLLUP: {
    message: ({ file, what, expected, actual }) =>
      `The checkpoint in ${file} is of another rollup: its ${what} is ${actual}, not ${expected}.`,
    fix: "Name another file with --output, or move this one away.",
  },
});
