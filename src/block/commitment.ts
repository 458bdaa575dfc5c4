/**
 * How a block is bound to its public data (design section 5): the circuit hashes the data into a
 * digest, L1 derives the challenge z from digest and bytes, and both evaluate the data at z.
 */
import { poseidon } from "../kernel/hash.ts";
import { extensionWords, recordWord, toColumns } from "../ops/codec.ts";
import { assertField } from "../ops/fields.ts";
import type { PublicOperation } from "../ops/operation.ts";
import { DIGEST_ARITY, FIELD_MODULUS } from "../protocol/constants.ts";
import { packColumns } from "../protocol/layout.ts";
import { HEADER_COLUMNS, PUBLIC_INPUTS, type PublicInput } from "../protocol/public-inputs.ts";
import { keccak, keccakOfWords } from "../util/keccak.ts";
import type { AppliedBlock, BlockHeader } from "./block.ts";
import { encodePubdata } from "./pubdata.ts";

/** The public inputs of a block's proof by name, and what they commit to. */
export interface BlockCommitment extends Readonly<Record<PublicInput, bigint>> {
  readonly pubdata: Uint8Array;
  /** The public inputs in the order of the circuit. */
  readonly publicInputs: readonly bigint[];
}

/**
 * @param domain - Of the rollup's signatures, see `signingDomain`.
 * @throws FIELD_OUT_OF_RANGE if block number or timestamp do not fit the header.
 */
export function commitBlock(applied: AppliedBlock, domain: bigint): BlockCommitment {
  const operations = applied.slots.map(({ operation }) => operation);
  const data = blockData(operations);
  const pubdata = encodePubdata(operations);
  const oldStateRoot = applied.before.root;
  const newStateRoot = applied.state.root;
  const header = headerWord(applied.block);
  const digest = dataDigest(data);
  const slots = applied.block.slots;
  const z = challenge({ pubdata, slots, digest, oldStateRoot, newStateRoot, header });
  const y = evaluate(data, z);
  const inputs = { oldStateRoot, newStateRoot, header, domain, digest, z, y };
  return { ...inputs, pubdata, publicInputs: PUBLIC_INPUTS.map((name) => inputs[name]) };
}

/** @throws FIELD_OUT_OF_RANGE */
export function headerWord({ blockNumber, timestamp, feeAccountId }: BlockHeader): bigint {
  const values = { blockNumber, timestamp, feeAccountId };
  for (const column of HEADER_COLUMNS) assertField(column, values[column.name]);
  return packColumns(HEADER_COLUMNS, values);
}

/**
 * The data of a block as field elements: the record of each slot, then the two extension words of
 * each slot.
 *
 * @param operations - One for every slot, padding included.
 */
export function blockData(operations: readonly PublicOperation[]): bigint[] {
  const columns = operations.map(toColumns);
  return [...columns.map(recordWord), ...columns.flatMap(extensionWords)];
}

/**
 * The Poseidon chain over a block's data: each call takes the hash so far and the next elements.
 */
export function dataDigest(data: readonly bigint[]): bigint {
  const chunkLength = DIGEST_ARITY - 1;
  let digest = 0n;
  for (let start = 0; start < data.length; start += chunkLength) {
    const chunk = data.slice(start, start + chunkLength);
    const padding = new Array<bigint>(chunkLength - chunk.length).fill(0n);
    digest = poseidon([digest, ...chunk, ...padding]);
  }
  return digest;
}

/** What the challenge depends on: all that is fixed when L1 takes the block. */
export interface ChallengeInput {
  readonly pubdata: Uint8Array;
  readonly slots: number;
  readonly digest: bigint;
  readonly oldStateRoot: bigint;
  readonly newStateRoot: bigint;
  readonly header: bigint;
}

/** The point z at which circuit and L1 evaluate the data, as L1 computes it. */
export function challenge(input: ChallengeInput): bigint {
  const { pubdata, slots, digest, oldStateRoot, newStateRoot, header } = input;
  const words = [keccak(pubdata), BigInt(slots), digest, oldStateRoot, newStateRoot, header];
  return keccakOfWords(words) % FIELD_MODULUS;
}

/** `Σ data[k] · z^k mod r`. */
export function evaluate(data: readonly bigint[], z: bigint): bigint {
  return data.reduceRight((sum, element) => (sum * z + element) % FIELD_MODULUS, 0n);
}
