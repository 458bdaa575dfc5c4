/**
 * The commitment that binds a block's proof to its roots, header, rollup and public data. The
 * circuit hashes these elements to a digest, L1 derives the challenge z from the digest and its own
 * data, and both evaluate the elements at z. This takes three public inputs; each further one would
 * cost L1 a point multiplication.
 *
 * @see docs/pubdata.md#field-elements-digest-and-evaluation
 */
import { poseidon } from "../kernel/hash.ts";
import { extensionWords, recordWord, toColumns } from "../operations/codec.ts";
import { assertField } from "../operations/fields.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { DIGEST_ARITY, FIELD_MODULUS } from "../protocol/constants.ts";
import { blockKindId } from "../protocol/kinds.ts";
import { packColumns } from "../protocol/layout.ts";
import {
  COMMITTED_INPUTS,
  type CommittedInput,
  HEADER_COLUMNS,
  PUBLIC_INPUTS,
  type PublicInput,
} from "../protocol/public-inputs.ts";
import { keccak, keccakOfWords } from "../util/keccak.ts";
import type { AppliedBlock, BlockHeader } from "./block.ts";
import { encodePubdata } from "./pubdata.ts";

/** The public inputs of a block's proof, and the values that they commit to. */
export interface BlockCommitment extends BlockInputs {
  readonly pubdata: Uint8Array;
  /** The public inputs in the order of the circuit. */
  readonly publicInputs: readonly bigint[];
}

/** The inputs of a block's circuit that L1 knows, as field elements. */
export type BlockInputs = Readonly<Record<CommittedInput | PublicInput, bigint>>;

/**
 * Computes the commitment to a block.
 *
 * @param applied - A sealed block, from {@link applyBlock}.
 * @param domain - Signing domain of the rollup, a field element; see `signingDomain`.
 * @returns The public inputs of the block's proof, what they commit to, and the public data.
 * @throws FIELD_OUT_OF_RANGE if block number or timestamp do not fit the header.
 *
 * @example
 * const genesis = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
 * const header = { blockNumber: 1, timestamp: 1_700_000_000n, feeAccountId: 0 };
 * const domain = signingDomain(1n, 0xc0den);
 * const kind = PRESETS.dev.blockKinds[0];
 * const empty = applyBlock(genesis, { ...header, kind, operations: [] }, domain);
 * const { oldStateRoot, newStateRoot, publicInputs } = commitBlock(empty, domain);
 * oldStateRoot === newStateRoot; // true
 * publicInputs.length; // 3
 */
export function commitBlock(applied: AppliedBlock, domain: bigint): BlockCommitment {
  const operations = applied.slots.map(({ operation }) => operation);
  const data = blockData(operations);
  const pubdata = encodePubdata(operations);
  const oldStateRoot = applied.before.root;
  const newStateRoot = applied.state.root;
  const header = headerWord(applied.block);
  const elements = committedElements({ oldStateRoot, newStateRoot, header, domain }, data);
  const digest = digestOf(elements);
  const kind = blockKindId(applied.block.kind);
  const z = challenge({ pubdata, kind, digest, oldStateRoot, newStateRoot, header });
  const y = evaluate(elements, z);
  const inputs = { oldStateRoot, newStateRoot, header, domain, digest, z, y };
  return { ...inputs, pubdata, publicInputs: PUBLIC_INPUTS.map((name) => inputs[name]) };
}

/** Packs a block's header into one integer. @throws FIELD_OUT_OF_RANGE */
export function headerWord({ blockNumber, timestamp, feeAccountId }: BlockHeader): bigint {
  const values = { blockNumber, timestamp, feeAccountId };
  for (const column of HEADER_COLUMNS) assertField(column, values[column.name]);
  return packColumns(HEADER_COLUMNS, values);
}

/**
 * Returns a block's data as field elements: the record of each slot, then the two extension words
 * of each slot.
 *
 * @param operations - One per slot, including the padding.
 */
export function blockData(operations: readonly PublicOperation[]): bigint[] {
  const columns = operations.map(toColumns);
  return [...columns.map(recordWord), ...columns.flatMap(extensionWords)];
}

/** Returns all elements that a block's proof commits to. @param data - See {@link blockData}. */
export function committedElements(
  inputs: Readonly<Record<CommittedInput, bigint>>,
  data: readonly bigint[],
): bigint[] {
  return [...COMMITTED_INPUTS.map((name) => inputs[name]), ...data];
}

/** Hashes field elements in a Poseidon chain: each call takes the last hash and 15 elements. */
export function digestOf(elements: readonly bigint[]): bigint {
  const chunkLength = DIGEST_ARITY - 1;
  let digest = 0n;
  for (let start = 0; start < elements.length; start += chunkLength) {
    const chunk = elements.slice(start, start + chunkLength);
    const padding = new Array<bigint>(chunkLength - chunk.length).fill(0n);
    digest = poseidon([digest, ...chunk, ...padding]);
  }
  return digest;
}

/** The inputs of the challenge: everything that is fixed when L1 accepts the block. */
export interface ChallengeInput {
  readonly pubdata: Uint8Array;
  /** Id of the block's kind, uint32; see `blockKindId`. */
  readonly kind: number;
  readonly digest: bigint;
  readonly oldStateRoot: bigint;
  readonly newStateRoot: bigint;
  readonly header: bigint;
}

/** Computes z, the point at which circuit and L1 evaluate the elements, as L1 does. */
export function challenge(input: ChallengeInput): bigint {
  const { pubdata, kind, digest, oldStateRoot, newStateRoot, header } = input;
  const words = [keccak(pubdata), BigInt(kind), digest, oldStateRoot, newStateRoot, header];
  return keccakOfWords(words) % FIELD_MODULUS;
}

/** Computes `Σ elements[k] · z^k mod r`. */
export function evaluate(elements: readonly bigint[], z: bigint): bigint {
  return elements.reduceRight((sum, element) => (sum * z + element) % FIELD_MODULUS, 0n);
}
