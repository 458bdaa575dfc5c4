/**
 * What the operator has promised about its blocks, and when it can keep a promise. Pure.
 *
 * A promise says which public data a block of a number has if L1 executes it. See docs/receipts.md.
 */
import { keccak256 } from "ethers";
import { encodePubdata } from "../../block/pubdata.ts";
import type { SealedBlock as BlockPromise } from "../../receipts/sealed-block.ts";
import { assert } from "../../util/errors.ts";
import { type BlockRecord, isPrepared, isSealed } from "./blocks.ts";
import { isRevocable } from "./consent.ts";
import type { Ledger } from "./ledger.ts";
import { blockOf, firstSealedNumber, indexOfBlock } from "./queries.ts";
import type { Item } from "./sequence.ts";

export type { BlockPromise };

/**
 * How long every transaction of a block must hold for a promise before its commit: a sealed block
 * that L1 does not take in time is rebuilt with a later timestamp. By the time that this is over, a
 * request that waits on L1 has started the exodus, and no block is executed any more.
 */
export const PROMISE_VALIDITY_SECONDS = 14n * 24n * 60n * 60n;

/** The public data of a block, as L1 gets them. */
export function pubdataOf(block: BlockRecord): Uint8Array {
  if (isPrepared(block)) return block.commitment.pubdata;
  return encodePubdata(block.applied.block.operations);
}

/** The promise about a block, if there is one. */
export function promiseOf({ promises }: Ledger, blockNumber: number): BlockPromise | undefined {
  return promises.find((promise) => promise.blockNumber === blockNumber);
}

/**
 * Why nothing can be promised about a block that L1 does not have, if nothing can: it is what its
 * operations are, and where it begins and ends, so it depends on all sealed blocks before it.
 */
export function reasonAgainstPromise(ledger: Ledger, blockNumber: number): string | undefined {
  for (let number = firstSealedNumber(ledger); number <= blockNumber; number++) {
    const { items, applied } = blockOf(ledger, number)!;
    const untilMin = applied.block.timestamp + PROMISE_VALIDITY_SECONDS;
    for (const item of items) {
      const reason = reasonAgainst(item, untilMin);
      if (reason !== undefined) return `block ${number} has ${reason}`;
    }
  }
  return undefined;
}

function reasonAgainst(item: Item, untilMin: bigint): string | undefined {
  // A request stays where it is, unless a reorg removes the anchor of the promise, too.
  if (item.kind === "request") return undefined;
  if (item.transaction.validUntil < untilMin) return "a transaction that may expire before that";
  if (item.consent === undefined || !isRevocable(item.consent)) return undefined;
  return "a new key that its owner can withdraw on L1 before that";
}

/** Takes over a promise, which is from then on kept, until it is void. */
export function addPromise(ledger: Ledger, promise: BlockPromise): Ledger {
  const { blockNumber, pubdataHash } = promise;
  const block = blockOf(ledger, blockNumber);
  assert(block !== undefined, "a promise is made about a block that is known");
  assert(keccak256(pubdataOf(block)) === pubdataHash, "a promise says what the block is");
  assert(promiseOf(ledger, blockNumber) === undefined, "a block is promised once");
  const promises = [...ledger.promises, promise];
  return { ...ledger, promises: promises.sort((a, b) => a.blockNumber - b.blockNumber) };
}

export function dropPromises(ledger: Ledger, blockNumbers: readonly number[]): Ledger {
  const isKept = ({ blockNumber }: BlockPromise) => !blockNumbers.includes(blockNumber);
  return { ...ledger, promises: ledger.promises.filter(isKept) };
}

/**
 * Returns the lengths of the sealed blocks from a number on, up to the last promised one: if these
 * blocks are rebuilt, they end where they did.
 */
export function promisedLengths(ledger: Ledger, first: number): readonly number[] {
  const last = ledger.promises.at(-1)?.blockNumber;
  if (last === undefined || last < first) return [];
  return ledger.blocks
    .slice(indexOfBlock(ledger, first), indexOfBlock(ledger, last) + 1)
    .map(({ items }) => items.length);
}

/** The promises that a change of the ledger would break. */
export function brokenPromises(before: Ledger, after: Ledger): readonly BlockPromise[] {
  if (after.blocks === before.blocks) return [];
  return after.promises.filter(({ blockNumber, pubdataHash }) => {
    const block = blockOf(after, blockNumber);
    if (block === undefined) return true;
    // What is on L1 stays as it is, and so does a block that was not rebuilt.
    if (!isSealed(block) || block.applied === blockOf(before, blockNumber)?.applied) return false;
    return keccak256(pubdataOf(block)) !== pubdataHash;
  });
}

/** Whether a promise about blocks from a number on holds. */
export function isPromisedFrom({ promises }: Ledger, first: number): boolean {
  return promises.some(({ blockNumber }) => blockNumber >= first);
}

/** Promises without those about blocks that have left the memory: they are kept. */
export function promisesAfter({ promises }: Ledger, upTo: number): readonly BlockPromise[] {
  return promises.filter(({ blockNumber }) => blockNumber > upTo);
}
