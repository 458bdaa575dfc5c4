/** What L1 has of a block: its public data and its proof, from calldata. */
import type { BlockInfo } from "../../src/sdk.ts";
import { decodeCommitBlock } from "../../src/l1/commit-calldata.ts";
import { ROLLUP_INTERFACE } from "../../src/l1/interface.ts";
import { readMinedTransaction } from "../../src/l1/requests.ts";
import type { CommitBlock } from "../../src/l1/types.ts";
import type { Connection } from "./connection.tsx";

/** A proof as L1 got it, with its public inputs. */
export interface ProofOnL1 {
  /** Id of the block's kind, which names the verification key. */
  readonly kind: number;
  readonly digest: bigint;
  readonly z: bigint;
  readonly y: bigint;
  /** Eight words in the order of EIP-197. */
  readonly proof: readonly bigint[];
  /** Blocks that L1 has checked together. */
  readonly together: number;
}

/**
 * Reads a committed block from the calldata of its L1 transaction.
 *
 * @returns Undefined if the block is not on L1, or L1 has no such calldata.
 */
export async function readCommitBlock(
  { rollup }: Connection,
  { blockNumber, commit }: BlockInfo,
): Promise<CommitBlock | undefined> {
  if (commit === undefined) return undefined;
  const transaction = await readMinedTransaction(await rollup.getL1(), commit.hash);
  return transaction === undefined ? undefined : decodeCommitBlock(transaction.data, blockNumber);
}

/** The arguments of `proveBlocks` that are read here. */
interface ProveCall {
  readonly last: { readonly blockNumber: bigint };
  readonly blocks: readonly (Omit<ProofOnL1, "kind" | "together"> & { readonly kind: bigint })[];
}

/**
 * Reads the proof of a block from the calldata of the L1 transaction that has proven it.
 *
 * @returns Undefined if the block is not proven, or L1 has no such calldata.
 */
export async function readProof(
  { rollup }: Connection,
  { blockNumber, prove }: BlockInfo,
): Promise<ProofOnL1 | undefined> {
  if (prove === undefined) return undefined;
  const transaction = await readMinedTransaction(await rollup.getL1(), prove.hash);
  const parsed = transaction && ROLLUP_INTERFACE.parseTransaction({ data: transaction.data });
  if (parsed?.name !== "proveBlocks") return undefined;
  const { last, blocks } = parsed.args as unknown as ProveCall;
  const first = Number(last.blockNumber) - blocks.length + 1;
  const found = blocks[blockNumber - first];
  if (found === undefined) return undefined;
  const { kind, digest, z, y, proof } = found;
  return { kind: Number(kind), digest, z, y, proof: [...proof], together: blocks.length };
}
