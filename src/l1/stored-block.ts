/** Stored blocks: the data of a block that L1 keeps as a hash and later calls repeat. */
import type { AppliedBlock } from "../block/block.ts";
import type { BlockCommitment } from "../block/commitment.ts";
import type { Payout } from "../operations/rules.ts";
import { FIELD_BYTES } from "../protocol/constants.ts";
import { blockKindId } from "../protocol/kinds.ts";
import { OPERATIONS } from "../operations/table.ts";
import { keccakOfWords } from "../util/keccak.ts";
import type { StoredBlock } from "./types.ts";

/**
 * Computes the stored block that L1 derives when a block is committed.
 *
 * @param parentCommitment - `commitment` of the previous stored block: bytes32, 0x-hex.
 */
export function toStoredBlock(
  applied: AppliedBlock,
  commitment: BlockCommitment,
  parentCommitment: string,
): StoredBlock {
  const { block, payouts } = applied;
  const { blockNumber, timestamp, operations, kind } = block;
  const { newStateRoot, digest, z, y } = commitment;
  const words = [BigInt(parentCommitment), BigInt(blockKindId(kind)), digest, z, y];
  return {
    blockNumber,
    priorityRequests: operations.filter(({ type }) => OPERATIONS[type].origin === "l1").length,
    timestamp,
    payoutsHash: hashPayouts(payouts),
    stateRoot: newStateRoot,
    commitment: toHex(keccakOfWords(words)),
  };
}

/**
 * Computes the hash under which the contract keeps a block.
 *
 * @param stored - The block as L1 has stored it.
 * @returns `keccak256(abi.encode(stored))`, bytes32, 0x-hex.
 *
 * @example
 * const genesis = await client.readStoredBlock(0);
 * hashStoredBlock(genesis) === (await client.contract.storedBlockHash(0)); // true
 */
export function hashStoredBlock(stored: StoredBlock): string {
  const { blockNumber, priorityRequests, timestamp, payoutsHash, stateRoot, commitment } = stored;
  const values = [blockNumber, priorityRequests, timestamp, payoutsHash, stateRoot, commitment];
  return toHex(keccakOfWords(values.map(BigInt)));
}

/** Computes the hash of a block's payouts, bytes32, 0x-hex; zeros if there are none. */
export function hashPayouts(payouts: readonly Payout[]): string {
  return toHex(payouts.reduce(appendPayout, 0n));
}

/** Equals `append` in contracts/libraries/Payouts.sol. */
function appendPayout(hash: bigint, { recipient, tokenId, amount }: Payout): bigint {
  return keccakOfWords([hash, recipient, BigInt(tokenId), amount]);
}

function toHex(hash: bigint): string {
  return `0x${hash.toString(16).padStart(2 * FIELD_BYTES, "0")}`;
}
