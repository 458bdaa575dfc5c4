/**
 * Worst-case gas and bytes of the rollup's L1 transactions, computed before they are sent. Both
 * have limits per transaction, and a node's estimate is valid only until the next block.
 *
 * The constants are measured gas with a margin; `test/l1/gas.test.ts` compares them with the
 * contract.
 *
 * @see https://eips.ethereum.org/EIPS/eip-7825 gas of a transaction
 * @see https://eips.ethereum.org/EIPS/eip-7623 price of calldata
 */
import { getBytes, ZeroHash } from "ethers";
import { hasExtension } from "../operations/codec.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { payoutsOf } from "../operations/payouts.ts";
import { RECORD_COUNT_BYTES, SLOT_INDEX_BYTES } from "../protocol/constants.ts";
import { FIELD_TYPE_BYTES } from "../protocol/layout.ts";
import {
  extensionColumns,
  operationOfCode,
  type OperationName,
  OPERATIONS,
} from "../operations/table.ts";
import { RECORD_BYTES } from "../protocol/columns.ts";
import { PRESETS } from "../protocol/presets.ts";
import { ROLLUP_INTERFACE } from "./interface.ts";
import type { CommitBlock, StoredBlock } from "./types.ts";

/** Limits of one L1 transaction. */
export interface L1Limits {
  /** Maximum gas. */
  readonly gasMax: number;
  /** Maximum bytes of calldata. */
  readonly bytesMax: number;
}

/** Limit of a node's mempool for one transaction, envelope included. */
const TRANSACTION_BYTES_MAX = 131_072;
/** The envelope: signature, fees, addresses and lengths. */
const ENVELOPE_BYTES_MAX = 512;

/** Limits of Ethereum. */
export const L1_LIMITS: L1Limits = {
  gasMax: 16_777_216,
  bytesMax: TRANSACTION_BYTES_MAX - ENVELOPE_BYTES_MAX,
};

/** Upper bounds of a whole transaction, or of an addition to one. */
export interface L1Cost {
  /** A gas limit that the transaction does not exceed. */
  readonly gas: number;
  /** Bytes of calldata, with the selector. */
  readonly bytes: number;
}

const TRANSACTION_GAS = 21_000;
/** Gas of a token: a byte is four tokens, a zero byte is one. */
const TOKEN_GAS = 4;
const TOKEN_FLOOR_GAS = 10;
const WORD_BYTES = 32;
const SELECTOR_BYTES = 4;

/** A part of calldata. */
interface Calldata {
  readonly bytes: number;
  /** Bytes that may be other than zero. */
  readonly nonzero: number;
}

const words = (count: number, nonzero: number): Calldata => {
  return { bytes: WORD_BYTES * count, nonzero };
};
/** An offset or a length. */
const INDEX = words(1, 4);
const SELECTOR: Calldata = { bytes: SELECTOR_BYTES, nonzero: SELECTOR_BYTES };
/** Three numbers of 4, 4 and 8 bytes, and three hashes. */
const STORED_BLOCK = words(6, 16 + 3 * WORD_BYTES);
/** Address, token id, amount. */
const PAYOUT = words(3, 20 + 2 + 16);
/** The kind, three field elements, eight words of a proof. */
const PROVE_BLOCK = words(12, 4 + 11 * WORD_BYTES);

/** Gas of execution, without that of calldata. */
const COMMIT_GAS = {
  call: 58_000,
  block: 42_000,
  record: 150,
  /** By the type byte: fact on L1, signature, CREATE2. */
  authorization: [3_300, 6_200, 4_200],
} as const;

const MEMORY_WORDS_CALL = 200;
/** Memory for the most that calldata of the maximum size can contain: 2,340 deposits. */
const MEMORY_WORDS_MAX = 32_000;

const PROVE_GAS = {
  call: 205_000,
  /** A pairing and two point multiplications. */
  proof: 50_000,
  /** Each key beyond the first: a pairing and four point multiplications. */
  key: 62_000,
} as const;
/** Default number of kinds of blocks in a list of proofs: all of the largest preset. */
const KEYS_USUAL = Math.max(...Object.values(PRESETS).map(({ blockKinds }) => blockKinds.length));

const EXECUTE_GAS = {
  call: 40_000,
  block: 9_000,
  /** Storing that a block has open payouts: reserved for each block. */
  openPayouts: 35_000,
  hashedPayout: 500,
  /** Reading a payout's bit in the bitmap, and setting it. */
  passedPayout: 500,
  madePayout: 1_500,
  bitmapWord: 22_500,
} as const;
const BITMAP_BITS = 256;
/**
 * A payout at worst: a cold call with value (11,600) that burns its 100,000 gas and the stipend of
 * 2,300, and a new pending balance with its event (26,000).
 */
const PAYOUT_GAS = 146_000;
/** Gas that must be left for the contract to start a payout; see the library `Payouts`. */
const PAYOUT_GAS_LEFT = 172_000;

const REVERT_GAS = { call: 50_000, block: 12_000 } as const;

/**
 * Computes the cost of `commitBlocks`: exact bytes and worst-case gas.
 *
 * @param blocks - The blocks to commit, in order.
 */
export function commitCost(blocks: readonly CommitBlock[]): L1Cost {
  const calldata = commitCalldata(blocks);
  let gas: number = COMMIT_GAS.call;
  let memoryWords = MEMORY_WORDS_CALL;
  for (const { pubdata, authorizations } of blocks) {
    gas += COMMIT_GAS.block + hashGas(pubdata.length);
    memoryWords += Math.ceil(pubdata.length / WORD_BYTES) + 8;
    for (const type of operationTypes(pubdata)) {
      gas += COMMIT_GAS.record + OPERATIONS[type].l1.commitGas;
      memoryWords += OPERATIONS[type].l1.memoryWords;
    }
    for (const each of authorizations) gas += authorizationGas(Number(each.slice(0, 4)));
  }
  return toCost(calldata, gas + memoryGas(memoryWords));
}

/** Upper bound of `commitBlocks` without blocks. */
export const COMMIT_CALL_COST: L1Cost = toCost(
  sum([SELECTOR, STORED_BLOCK, INDEX, INDEX]),
  COMMIT_GAS.call + 3 * MEMORY_WORDS_CALL,
);

/** Upper bound of what a block without operations adds to `commitBlocks`. */
export const COMMIT_BLOCK_COST: L1Cost = toAddedCost(
  // Offset; seven words; padded public data without records; empty list of authorizations.
  sum([INDEX, words(7, 8 + 4 + 4 + 2 * WORD_BYTES + 8), INDEX, words(1, WORD_BYTES), INDEX]),
  COMMIT_GAS.block + hashGas(WORD_BYTES) + addedMemoryGas(12),
);

/**
 * Computes an upper bound of what an operation adds to a block. {@link commitCost} is at most
 * {@link COMMIT_CALL_COST} plus {@link COMMIT_BLOCK_COST} per block plus this per operation.
 *
 * @param authorizationBytes - Length of the owner's consent to a ChangePubKey; otherwise 0.
 * @returns `commit`: the added cost. `payouts`: the number of added payouts.
 */
export function operationCost(
  operation: PublicOperation,
  authorizationBytes = 0,
): { commit: L1Cost; payouts: number } {
  const { type } = operation;
  const pubdataBytes = RECORD_BYTES + extensionBytes(type);
  const calldata = [{ bytes: pubdataBytes, nonzero: pubdataBytes }];
  let gas = COMMIT_GAS.record + OPERATIONS[type].l1.commitGas + hashGas(pubdataBytes);
  if (authorizationBytes > 0) {
    const bytes = padded(authorizationBytes);
    calldata.push(INDEX, INDEX, { bytes, nonzero: authorizationBytes });
    gas += Math.max(...COMMIT_GAS.authorization);
  }
  const memory = addedMemoryGas(OPERATIONS[type].l1.memoryWords + pubdataBytes / WORD_BYTES);
  return {
    commit: toAddedCost(sum(calldata), gas + memory),
    payouts: payoutsOf([operation]).length,
  };
}

/**
 * Computes the cost of `proveBlocks`.
 *
 * @param blockCount - Number of blocks, at least 1.
 * @param keyCount - Number of different kinds of blocks.
 */
export function proveCost(blockCount: number, keyCount = Math.min(blockCount, KEYS_USUAL)): L1Cost {
  const { call, proof, key } = PROVE_GAS;
  const calldata = [SELECTOR, words(1, WORD_BYTES), STORED_BLOCK, INDEX, INDEX];
  return toCost(
    sum([...calldata, times(blockCount, PROVE_BLOCK)]),
    call + blockCount * proof + Math.max(0, keyCount - 1) * key,
  );
}

/**
 * Computes the cost of `executeBlocks`.
 *
 * @param payoutCounts - Number of payouts of each block.
 * @param payoutsMade - Number of payouts that the gas must cover; default: all.
 */
export function executeCost(
  payoutCounts: readonly number[],
  payoutsMade = payoutCounts.reduce((total, count) => total + count, 0),
): L1Cost {
  const payouts = payoutCounts.reduce((total, count) => total + count, 0);
  const { call, block, hashedPayout, openPayouts } = EXECUTE_GAS;
  const perBlock = sum([INDEX, STORED_BLOCK, INDEX, INDEX]);
  return toCost(
    sum([SELECTOR, INDEX, INDEX, times(payoutCounts.length, perBlock), times(payouts, PAYOUT)]),
    call +
      payoutCounts.length * (block + openPayouts) +
      payouts * hashedPayout +
      payoutsGas(payoutsMade),
  );
}

/**
 * Computes the cost of `payOut`.
 *
 * @param payoutCount - Number of all payouts of the block.
 * @param made - Number of payouts that the gas must cover.
 */
export function payOutCost(payoutCount: number, made: number): L1Cost {
  const { call, openPayouts, hashedPayout, passedPayout, madePayout, bitmapWord } = EXECUTE_GAS;
  const calldata = [SELECTOR, STORED_BLOCK, INDEX, INDEX, INDEX, INDEX];
  return toCost(
    sum([...calldata, times(payoutCount, PAYOUT)]),
    call +
      openPayouts +
      payoutCount * (hashedPayout + passedPayout) +
      Math.ceil(payoutCount / BITMAP_BITS) * bitmapWord +
      made * madePayout +
      payoutsGas(made),
  );
}

/** Computes the cost of `revertBlocks`. @param blockCount - Number of blocks, at least 1. */
export function revertCost(blockCount: number): L1Cost {
  return toCost(
    sum([SELECTOR, INDEX, INDEX, times(blockCount, STORED_BLOCK)]),
    REVERT_GAS.call + blockCount * REVERT_GAS.block,
  );
}

function payoutsGas(made: number): number {
  return made === 0 ? 0 : (made - 1) * PAYOUT_GAS + PAYOUT_GAS_LEFT;
}

function authorizationGas(type: number): number {
  return COMMIT_GAS.authorization[type] ?? Math.max(...COMMIT_GAS.authorization);
}

/** Counts the exact calldata, except for the last committed block, which is not known. */
function commitCalldata(blocks: readonly CommitBlock[]): Calldata {
  const structs = blocks.map((block) => ({ ...block, authorizations: [...block.authorizations] }));
  const data = getBytes(ROLLUP_INTERFACE.encodeFunctionData("commitBlocks", [NO_BLOCK, structs]));
  const nonzero = data.reduce((count, byte) => (byte === 0 ? count : count + 1), 0);
  return { bytes: data.length, nonzero: nonzero + STORED_BLOCK.nonzero };
}

const NO_BLOCK: StoredBlock = {
  blockNumber: 0,
  priorityRequests: 0,
  timestamp: 0n,
  payoutsHash: ZeroHash,
  stateRoot: 0n,
  commitment: ZeroHash,
};

/** Returns the types of the complete records; L1 refuses truncated data with any gas. */
function operationTypes(pubdata: Uint8Array): OperationName[] {
  const types: OperationName[] = [];
  const stated = (pubdata[0] ?? 0) * 256 + (pubdata[1] ?? 0);
  const present = Math.floor((pubdata.length - RECORD_COUNT_BYTES) / RECORD_BYTES);
  for (let index = 0; index < Math.min(stated, present); index++) {
    const code = pubdata[RECORD_COUNT_BYTES + index * RECORD_BYTES]!;
    types.push(operationOfCode(code) ?? "noop");
  }
  return types;
}

function extensionBytes(type: OperationName): number {
  if (!hasExtension(type)) return 0;
  const widths = extensionColumns(type).map((column) => FIELD_TYPE_BYTES[column.type]);
  return SLOT_INDEX_BYTES + widths.reduce((total, bytes) => total + bytes, 0);
}

function toCost({ bytes, nonzero }: Calldata, executionGas: number): L1Cost {
  const { gas } = toAddedCost({ bytes, nonzero }, executionGas);
  return { gas: TRANSACTION_GAS + gas, bytes };
}

function toAddedCost({ bytes, nonzero }: Calldata, executionGas: number): L1Cost {
  const tokens = bytes + 3 * nonzero;
  const gas = Math.max(TOKEN_GAS * tokens + behindProxy(executionGas), TOKEN_FLOOR_GAS * tokens);
  return { gas: Math.ceil(gas), bytes };
}

/** Adds the gas of a call through the proxy, which forwards all but a 64th (EIP-150). */
function behindProxy(gas: number): number {
  return (gas * 64) / 63;
}

/** Gas of copying bytes to memory and hashing them with Keccak-256. */
function hashGas(bytes: number): number {
  return (9 * bytes) / WORD_BYTES;
}

function memoryGas(memoryWords: number): number {
  return 3 * memoryWords + memoryWords ** 2 / 512;
}

/** An additive bound: prices each word as if memory had its maximum size. */
function addedMemoryGas(memoryWords: number): number {
  return memoryWords * (3 + MEMORY_WORDS_MAX / 512);
}

function padded(bytes: number): number {
  return WORD_BYTES * Math.ceil(bytes / WORD_BYTES);
}

function times(count: number, { bytes, nonzero }: Calldata): Calldata {
  return { bytes: count * bytes, nonzero: count * nonzero };
}

function sum(parts: readonly Calldata[]): Calldata {
  return parts.reduce((total, part) => ({
    bytes: total.bytes + part.bytes,
    nonzero: total.nonzero + part.nonzero,
  }));
}
