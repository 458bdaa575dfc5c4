/** Why the operator refuses a transaction that breaks no rule of the state, or cannot go on. */
import { defineErrors } from "../util/errors.ts";

export type OperatorErrorFacts =
  | { code: "OPERATOR_STOPPED" }
  | { code: "OPERATOR_IS_STANDBY" }
  | { code: "OPERATOR_STARTING" }
  | { code: "STORE_FAILED"; reason: string }
  | { code: "STATE_DAMAGED"; accountId: number }
  | { code: "ROLLUP_IN_EXODUS"; rollupAddress: string }
  | { code: "OPERATOR_NOT_ACCEPTING"; reason: string }
  | { code: "OPERATOR_BUSY"; waitingBlocks: number; maximum: number }
  | { code: "SUBMISSIONS_WAITING"; waiting: number; maximum: number }
  | { code: "TOKEN_NOT_LISTED"; tokenId: number }
  | { code: "AUTHORIZATION_INVALID"; accountId: number; owner: bigint; reason: string }
  | {
      code: "SECOND_FACTOR_REQUIRED";
      accountId: number;
      tokenId: number;
      amount: bigint;
      left: bigint;
      /** The text to sign, as `personal_sign` takes it; missing if it is very long. */
      message?: string;
    }
  | { code: "SECOND_FACTOR_INVALID"; accountId: number; owner: bigint; signer: string }
  | {
      code: "SECOND_FACTOR_OUTDATED";
      accountId: number;
      nonce: number;
      expected: number;
      validUntil: bigint;
      timestamp: bigint;
      latest: bigint;
    }
  | { code: "SECOND_FACTOR_LIMITS_FULL"; accountId: number; maximum: number }
  | { code: "BATCH_LENGTH_INVALID"; length: number; maximum: number }
  | { code: "BATCH_TOO_LARGE"; length: number; bytes: number; gas: number }
  | { code: "BATCH_BROKEN"; cause: string; sentence: string }
  | { code: "TRANSACTION_NOT_FOUND"; hash: string }
  | { code: "REQUEST_NOT_FOUND"; requestId: number }
  | { code: "PROTOCOL_DIGEST_MISMATCH"; what: string; expected: string; actual: string }
  | { code: "CAPACITY_MISMATCH"; what: string; expected: number; actual: number }
  | { code: "GENESIS_MISMATCH"; expected: bigint; actual: bigint }
  | { code: "ROLLUP_NOT_FRESH"; committedBlocks: number }
  | { code: "START_NOT_ON_L1"; blockNumber: number }
  | { code: "BLOCKS_UNKNOWN"; blockNumber: number; executed: number }
  | { code: "BLOCKS_NOT_REVERTIBLE"; blockNumber: number; executed: number; committed: number }
  | { code: "PROMISES_NOT_OFFERED" }
  | { code: "PROMISE_NOT_READY"; blockNumber: number; reason: string }
  | { code: "PROMISE_FORGOTTEN"; blockNumber: number }
  | { code: "PROMISE_SIGNER_FAILED"; about: string; reason: string }
  | { code: "PROMISE_CONFLICT"; blockNumber: number }
  | { code: "INCLUSION_CONFLICT"; hash: string; reason: "dropped" | "late" }
  | { code: "PROMISED_BLOCKS_STAY"; blockNumber: number }
  | { code: "PROMISES_UNKNOWN"; committed: number }
  | { code: "L1_UNSTABLE"; attempts: number }
  | { code: "L1_EVENTS_MISSING"; attempts: number }
  | { code: "BLOCK_STEP_FAILED"; step: string; blockNumber: number; reason: string };

export const operatorError = defineErrors<OperatorErrorFacts>({
  OPERATOR_STOPPED: {
    message: () => "The operator has been stopped.",
    fix: "Call rollup.deploy() or rollup.resume() on an open connection.",
  },
  OPERATOR_IS_STANDBY: {
    message: () => "Another operator leads, and this one waits for its end.",
    fix: "Call the operator that leads; a load balancer finds it by GET /ready, which answers 200 there.",
  },
  OPERATOR_STARTING: {
    message: () => "The operator is starting.",
    fix: "Try again in a moment; GET /ready answers 200 as soon as it serves.",
  },
  STORE_FAILED: {
    message: ({ reason }) => `The operator's store cannot be used: ${reason}.`,
    fix: "See that it is this rollup's, can be written and has room; then start the operator again.",
  },
  STATE_DAMAGED: {
    message: ({ accountId }) =>
      `The contents of account ${accountId}, as the store has them, are not what its hash in the ` +
      "state says: the snapshot is damaged.",
    fix: "Stop the operator and start it from a backup of the store, or from L1 with another store.",
  },
  ROLLUP_IN_EXODUS: {
    message: ({ rollupAddress }) =>
      `The exodus of the rollup ${rollupAddress} has begun: L1 takes no more blocks of it.`,
    fix: "Everybody takes their money out with hardhat rollup:exit; then deploy another rollup.",
  },
  OPERATOR_NOT_ACCEPTING: {
    message: ({ reason }) => `The operator accepts nothing at present: ${reason}.`,
    fix: "Try again later; whoever runs the operator finds the cause in its log.",
  },
  OPERATOR_BUSY: {
    message: ({ waitingBlocks, maximum }) =>
      `${waitingBlocks} blocks wait to be executed on L1, and no more than ${maximum} may.`,
    fix: "Try again later; if it stays so, look into the operator's log for what holds it up.",
  },
  SUBMISSIONS_WAITING: {
    message: ({ waiting, maximum }) =>
      `${waiting} transactions wait for their signatures to be checked, no more than ${maximum} may.`,
    fix: "Try again in a moment, or wait for the answer to earlier transactions before sending more.",
  },
  TOKEN_NOT_LISTED: {
    message: ({ tokenId }) => `No token with the id ${tokenId} is listed.`,
    fix: "Use a listed token (rollup_getTokens); the governor lists new ones with listToken.",
  },
  AUTHORIZATION_INVALID: {
    message: ({ accountId, owner, reason }) =>
      `The owner 0x${owner.toString(16).padStart(40, "0")} of account ${accountId} ` +
      `has not authorized this key: ${reason}.`,
    fix: "Sign ChangePubKey (EIP-712) with the owner, or call setAuthPubKeyHash on L1 first.",
  },
  SECOND_FACTOR_REQUIRED: {
    message: ({ accountId, tokenId, amount, left }) =>
      `The owner of account ${accountId} wants to sign what leaves it above a limit: ${amount} of ` +
      `token ${tokenId}, of which ${left} are left now.`,
    fix: "Sign the text with the owner's Ethereum key: wallet.addSecondFactor; see docs/second-factor.md.",
  },
  SECOND_FACTOR_INVALID: {
    message: ({ accountId, owner, signer }) =>
      `The Ethereum signature for account ${accountId} is that of ${signer}, not of its owner ` +
      `0x${owner.toString(16).padStart(40, "0")}.`,
    fix: "Sign exactly this text with the owner's Ethereum key; contracts cannot, see docs/second-factor.md.",
  },
  SECOND_FACTOR_OUTDATED: {
    message: ({ accountId, nonce, expected, validUntil, timestamp, latest }) =>
      `Setting ${nonce} of the second factor of account ${accountId} is valid until ${validUntil}: ` +
      `the next one is ${expected}, until a time from ${timestamp} to ${latest}.`,
    fix: "Read the second factor again (rollup_getSecondFactor), and sign a new setting.",
  },
  SECOND_FACTOR_LIMITS_FULL: {
    message: ({ accountId, maximum }) =>
      `The second factor of account ${accountId} has limits for ${maximum} tokens, the maximum.`,
    fix: "Remove the limit of another token first.",
  },
  BATCH_LENGTH_INVALID: {
    message: ({ length, maximum }) =>
      `A batch has between 1 and ${maximum} transactions if it touches accounts and tokens such as ` +
      `these, and this one has ${length}.`,
    fix: "Submit the transactions in several batches, or one by one.",
  },
  BATCH_TOO_LARGE: {
    message: ({ length, bytes, gas }) =>
      `A block with this batch of ${length} transactions may need ${bytes} bytes and ${gas} gas ` +
      "to be committed, more than one L1 transaction takes.",
    fix: "Submit the transactions in several batches, or one by one.",
  },
  BATCH_BROKEN: {
    message: ({ cause, sentence }) =>
      `A transaction of the batch failed with ${cause}: ${sentence}`,
    fix: "Sign the batch again without the transaction that fails, or with new nonces and times.",
  },
  TRANSACTION_NOT_FOUND: {
    message: ({ hash }) =>
      `No transaction ${hash} has been accepted, or its receipt is not kept any more.`,
    fix: "Check the hash, and that the transaction was submitted to this rollup.",
  },
  REQUEST_NOT_FOUND: {
    message: ({ requestId }) => `The priority queue on L1 has no request ${requestId}.`,
    fix: "Take the id from the deposit's receipt, on the same chain and contract.",
  },
  PROTOCOL_DIGEST_MISMATCH: {
    message: ({ what, expected, actual }) =>
      `${what} was built for the protocol ${actual}, this package for ${expected}.`,
    fix: "Use the version of this package that the rollup was deployed with, or deploy it again.",
  },
  CAPACITY_MISMATCH: {
    message: ({ what, expected, actual }) =>
      `The contract was deployed for ${actual} ${what}, but the preset has ${expected}.`,
    fix: "Run the operator with the preset that the rollup was deployed with.",
  },
  GENESIS_MISMATCH: {
    message: ({ expected, actual }) =>
      `The contract starts at the state root ${actual}, but the genesis state has ${expected}.`,
    fix: "Run the operator with the fee account that the rollup was deployed with.",
  },
  ROLLUP_NOT_FRESH: {
    message: ({ committedBlocks }) =>
      `The rollup has ${committedBlocks} committed blocks that this operator does not know.`,
    fix: "Start the operator from the state restored from L1, or deploy the rollup again.",
  },
  START_NOT_ON_L1: {
    message: ({ blockNumber }) =>
      `The block ${blockNumber} that the operator should start from is not the one on L1.`,
    fix: "Restore the state from L1 again.",
  },
  BLOCKS_UNKNOWN: {
    message: ({ blockNumber, executed }) =>
      `Block ${blockNumber} on L1 was not made by this operator (${executed} are executed), ` +
      "which accepts nothing as long as it stands there.",
    fix: "Start from a state restored from L1; hardhat rollup:revert reverts what is not executed.",
  },
  BLOCKS_NOT_REVERTIBLE: {
    message: ({ blockNumber, executed, committed }) =>
      `Blocks from ${blockNumber} on cannot be reverted: ${executed} of ${committed} blocks ` +
      "on L1 are executed.",
    fix: "Name a block after the last executed one, up to the last committed one.",
  },
  PROMISES_NOT_OFFERED: {
    message: () => "The operator signs no promises about its blocks.",
    fix: "Wait until the block is executed; who runs the node sets rollup.node.promises, see docs/receipts.md.",
  },
  PROMISE_NOT_READY: {
    message: ({ blockNumber, reason }) =>
      `Nothing can be promised about block ${blockNumber} yet: ${reason}.`,
    fix: "Ask again in a moment; a block is promised at the latest when L1 has its commit.",
  },
  PROMISE_FORGOTTEN: {
    message: ({ blockNumber }) =>
      `Block ${blockNumber} is executed and has left the operator's memory, with what was promised.`,
    fix: "Nothing is needed: L1 itself shows what has been executed.",
  },
  PROMISE_SIGNER_FAILED: {
    message: ({ about, reason }) => `The promise about ${about} could not be signed: ${reason}.`,
    fix: "Ask again; who runs the node looks after the signer of rollup.node.promises.",
  },
  PROMISE_CONFLICT: {
    message: ({ blockNumber }) =>
      `Block ${blockNumber} is promised, and can be committed only with other public data.`,
    fix: "Remove what L1 refuses about it, or pay the penalty: rollup.node.promises.onConflict: break.",
  },
  INCLUSION_CONFLICT: {
    message: ({ hash, reason }) =>
      `The transaction ${hash} was promised when it was accepted, and would be ${reason}.`,
    fix:
      "Remove what keeps it from its block, or pay the penalty: " +
      "rollup.node.promises.onConflict: break.",
  },
  PROMISED_BLOCKS_STAY: {
    message: ({ blockNumber }) =>
      `Blocks from ${blockNumber} on are promised, and may not be the same after a revert.`,
    fix: "Leave them on L1, or risk the penalty: rollup.node.promises.onConflict: break.",
  },
  PROMISES_UNKNOWN: {
    message: ({ committed }) =>
      `The rollup has ${committed} committed blocks and the store no ledger, so nobody knows what ` +
      "the operator has promised about them and the next ones.",
    fix: "Use the store of the operator before, or risk the bond: rollup.node.promises.onConflict: break.",
  },
  L1_UNSTABLE: {
    message: ({ attempts }) => `A reorg has invalidated each of ${attempts} reads of L1.`,
    fix: "Nothing is lost: try again when the L1 node has caught up.",
  },
  L1_EVENTS_MISSING: {
    message: ({ attempts }) =>
      `The L1 node has returned fewer events than the contract counts, ${attempts} times.`,
    fix: "Nothing is lost: try again when the L1 node has caught up, or use another one.",
  },
  BLOCK_STEP_FAILED: {
    message: ({ step, blockNumber, reason }) =>
      `The step ${step} has failed from block ${blockNumber} on: ${reason}`,
    fix: "Nothing is lost: remove the cause, then process the blocks again.",
  },
});
