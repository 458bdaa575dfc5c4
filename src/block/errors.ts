/** What can be wrong with a block or with its public data. */
import { defineErrors } from "../util/errors.ts";

export type BlockErrorFacts =
  | { code: "BLOCK_FULL"; slots: number }
  | { code: "BLOCK_SIZE_UNKNOWN"; slots: number; sizes: readonly number[] }
  | { code: "TOO_MANY_FEE_TOKENS"; tokenId: number; feeTokens: readonly number[] }
  | { code: "FEE_ACCOUNT_NOT_FOUND"; feeAccountId: number }
  | { code: "BATCH_INCOMPLETE"; slot: number }
  | { code: "PUBDATA_TRUNCATED"; offsetBytes: number; lengthBytes: number }
  | { code: "PUBDATA_TOO_LONG"; expectedBytes: number; lengthBytes: number }
  | { code: "PUBDATA_TRAILING_NOOP"; records: number }
  | { code: "PUBDATA_UNKNOWN_OPERATION"; slot: number; op: number }
  | { code: "PUBDATA_EXTENSION_MISPLACED"; slot: number; expected: number };

export const blockError = defineErrors<BlockErrorFacts>({
  BLOCK_FULL: {
    message: ({ slots }) => `The block has ${slots} slots, and all are taken.`,
    fix: "Seal the block and put the operation into the next one.",
  },
  BLOCK_SIZE_UNKNOWN: {
    message: ({ slots, sizes }) =>
      `There is no circuit for blocks of ${slots} slots, only of ${sizes.join(", ")}.`,
    fix: "Use one of the preset's block sizes.",
  },
  TOO_MANY_FEE_TOKENS: {
    message: ({ tokenId, feeTokens }) =>
      `The block collects fees in the tokens ${feeTokens.join(", ")}, so not in ${tokenId} too.`,
    fix: "Put the operation into the next block, and a batch with so many tokens into several.",
  },
  FEE_ACCOUNT_NOT_FOUND: {
    message: ({ feeAccountId }) => `The fee account ${feeAccountId} does not exist.`,
    fix: "Name an existing account; the one of genesis has the id 0.",
  },
  BATCH_INCOMPLETE: {
    message: ({ slot }) =>
      `The batch goes on after slot ${slot}, but no signed operation follows there.`,
    fix: "Put all of a batch into neighbouring slots of one block.",
  },
  PUBDATA_TRUNCATED: {
    message: ({ offsetBytes, lengthBytes }) =>
      `The public data has ${lengthBytes} bytes, but byte ${offsetBytes} is still to be read.`,
    fix: "Read the whole public data of the block from its commit transaction.",
  },
  PUBDATA_TOO_LONG: {
    message: ({ expectedBytes, lengthBytes }) =>
      `The public data ends after ${expectedBytes} bytes, but has ${lengthBytes}.`,
    fix: "Pass the public data of exactly one block.",
  },
  PUBDATA_TRAILING_NOOP: {
    message: ({ records }) => `The last of the ${records} records is a noop.`,
    fix: "Leave out the noops at the end of a block.",
  },
  PUBDATA_UNKNOWN_OPERATION: {
    message: ({ slot, op }) => `Slot ${slot} has the operation code ${op}, which nothing has.`,
    fix: "Check that the data is a block's, and of this version of the protocol.",
  },
  PUBDATA_EXTENSION_MISPLACED: {
    message: ({ slot, expected }) =>
      `The next extension is that of slot ${expected}, but the public data has one of ${slot}.`,
    fix: "List one extension for each record that has one, in the order of the slots.",
  },
});
