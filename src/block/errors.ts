/** Errors of blocks and of their public data. */
import { defineErrors } from "../util/errors.ts";

export type BlockErrorFacts =
  | { code: "BLOCK_FULL"; slots: number }
  | { code: "BLOCK_KIND_UNKNOWN"; kind: string; kinds: readonly string[] }
  | { code: "BLOCK_KIND_TOO_SMALL"; kind: string; levels: number; tokens: string }
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
    message: ({ slots }) => `All ${slots} slots of the block are taken.`,
    fix: "Seal the block and put the operation into the next one.",
  },
  BLOCK_KIND_UNKNOWN: {
    message: ({ kind, kinds }) =>
      `There is no circuit for blocks of the kind ${kind}, only for ${kinds.join(", ")}.`,
    fix: "Use one of the preset's kinds of blocks.",
  },
  BLOCK_KIND_TOO_SMALL: {
    message: ({ kind, levels, tokens }) =>
      `A block of the kind ${kind} cannot hold its operations, which need ${levels} levels of the ` +
      `state tree and ${tokens} tokens.`,
    fix: "Use a kind with as many levels, and with wide tokens if a token id is 8 or more.",
  },
  TOO_MANY_FEE_TOKENS: {
    message: ({ tokenId, feeTokens }) =>
      `The block already collects fees in tokens ${feeTokens.join(", ")}, so not in ${tokenId}.`,
    fix: "Put the operation into the next block; split a batch that needs too many fee tokens.",
  },
  FEE_ACCOUNT_NOT_FOUND: {
    message: ({ feeAccountId }) => `The fee account ${feeAccountId} does not exist.`,
    fix: "Name an existing account; the one of genesis has the id 0.",
  },
  BATCH_INCOMPLETE: {
    message: ({ slot }) =>
      `The batch continues after slot ${slot}, but no signed operation follows.`,
    fix: "Put the whole batch into consecutive slots of one block.",
  },
  PUBDATA_TRUNCATED: {
    message: ({ offsetBytes, lengthBytes }) =>
      `The public data has ${lengthBytes} bytes, but byte ${offsetBytes} is needed.`,
    fix: "Read the whole public data of the block from its commit transaction.",
  },
  PUBDATA_TOO_LONG: {
    message: ({ expectedBytes, lengthBytes }) =>
      `The public data should have ${expectedBytes} bytes, but has ${lengthBytes}.`,
    fix: "Pass the public data of exactly one block.",
  },
  PUBDATA_TRAILING_NOOP: {
    message: ({ records }) => `The last of the ${records} records is a noop.`,
    fix: "Leave out the noops at the end of a block.",
  },
  PUBDATA_UNKNOWN_OPERATION: {
    message: ({ slot, op }) => `Slot ${slot} has the unknown operation code ${op}.`,
    fix: "Check that the data is a block's, and of this version of the protocol.",
  },
  PUBDATA_EXTENSION_MISPLACED: {
    message: ({ slot, expected }) =>
      `Expected the extension of slot ${expected}, but the public data has one of slot ${slot}.`,
    fix: "List one extension for each record that has one, in the order of the slots.",
  },
});
