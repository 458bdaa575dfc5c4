/** The path from an account's leaf to the state root on L1, and the check of its hashes. */
import { poseidon } from "../../src/kernel/hash.ts";
import { hashStoredBlock } from "../../src/l1/stored-block.ts";
import type { StoredBlock } from "../../src/l1/types.ts";
import { LEAF_HEAD_WORDS } from "../../src/protocol/leaf.ts";
import type { LeafWitness } from "../../src/state/leaf.ts";
import { RollupError } from "../../src/util/errors.ts";

/** What a page sends to the thread that restores the state. */
export interface CheckRequest {
  /** URL of the rollup's node. */
  readonly rpc: string;
  /** URL of L1; undefined for what the node passes on. */
  readonly l1: string | undefined;
  readonly rollupAddress: string;
  readonly accountId: number;
}

/** A leaf of the last executed state, as L1's data lead to it. */
export interface LeafPath {
  readonly accountId: number;
  readonly storedBlock: StoredBlock;
  /** Hash under which the contract keeps that block, 0x-hex. */
  readonly storedBlockHash: string;
  readonly leaf: LeafWitness;
  /** By token, those that are not 0. */
  readonly balances: readonly (readonly [tokenId: number, amount: bigint])[];
  /** Per level of the state tree, lowest first, the other children in ascending order. */
  readonly siblings: readonly (readonly bigint[])[];
}

/** How far the thread has come. */
export interface CheckProgress {
  readonly l1Block: number;
  readonly latestL1Block: number;
  readonly blockNumber: number;
}

/** What the thread answers with. */
export type CheckMessage =
  | ({ readonly type: "progress" } & CheckProgress)
  | { readonly type: "path"; readonly path: LeafPath }
  | { readonly type: "failed"; readonly error: PlainError };

/** An error without its class, which no thread can pass on. */
export interface PlainError {
  readonly code?: string;
  readonly sentence: string;
  readonly fix: string;
}

/** A level of the path, as it is checked. */
export interface CheckedLevel {
  /** Place among its siblings, from 0. */
  readonly place: number;
  /** Children in ascending order, the own one included. */
  readonly children: readonly bigint[];
  /** Their hash, which is a child of the next level. */
  readonly hash: bigint;
}

/** The outcome of a check. */
export interface LeafCheck {
  /** Hash of the leaf's words. */
  readonly leafHash: bigint;
  readonly levels: readonly CheckedLevel[];
  /** Whether the hashes lead to the state root of the block. */
  readonly isRootReached: boolean;
  /** Whether L1 keeps a block with that state root. */
  readonly isBlockOnL1: boolean;
}

/** Computes all hashes of a path, here in the page. */
export function checkLeaf({ accountId, leaf, siblings, ...on }: LeafPath): LeafCheck {
  const { storedBlock, storedBlockHash } = on;
  const words = LEAF_HEAD_WORDS.map((name) => leaf[name]);
  const leafHash = poseidon([...words, ...leaf.tails, ...leaf.balances]);
  const levels: CheckedLevel[] = [];
  let index = accountId;
  let hash = leafHash;
  for (const others of siblings) {
    const arity = others.length + 1;
    const place = index % arity;
    const children = others.toSpliced(place, 0, hash);
    hash = poseidon(children);
    levels.push({ place, children, hash });
    index = Math.floor(index / arity);
  }
  return {
    leafHash,
    levels,
    isRootReached: hash === storedBlock.stateRoot,
    isBlockOnL1: hashStoredBlock(storedBlock) === storedBlockHash,
  };
}

/**
 * Restores the state from L1 in a thread of its own.
 *
 * @param onProgress - Receives each step.
 * @param signal - Ends it.
 * @returns The path; of an empty leaf if no executed block has the account.
 * @throws as `restoreRollup`
 */
export function readLeafPath(
  request: CheckRequest,
  onProgress: (progress: CheckProgress) => void,
  signal: AbortSignal,
): Promise<LeafPath> {
  const worker = new Worker(new URL("./restore-worker.ts", import.meta.url), { type: "module" });
  const path = new Promise<LeafPath>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<CheckMessage>) => {
      if (data.type === "progress") onProgress(data);
      else if (data.type === "path") resolve(data.path);
      else reject(toError(data.error));
    };
    worker.onerror = () => reject(new Error("The thread that restores the state has failed."));
    signal.addEventListener("abort", () => reject(new Error("The check was ended.")));
  });
  worker.postMessage(request);
  return path.finally(() => worker.terminate());
}

function toError({ code, sentence, fix }: PlainError): Error {
  if (code === undefined) return new Error(sentence);
  return new RollupError({ code }, { text: { sentence, fix } });
}
