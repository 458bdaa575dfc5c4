/**
 * Account ids by address, as a persistent trie. An index is a value that shares structure with
 * earlier ones, like the state tree, so each state keeps its own index.
 *
 * An index names every account of an address, and perhaps ids that are none (any more): whoever
 * asks looks at the accounts. So old entries can move to an {@link AddressTable}, which all states
 * of a rollup share.
 */
import type { AddressTable } from "./address-table.ts";

/** Bits of the address that select the child at each level. */
const DIGIT_BITS = 4;
const DIGIT_MASK = (1n << BigInt(DIGIT_BITS)) - 1n;

/** One address and the ids of its accounts. */
interface Entry {
  readonly address: bigint;
  /** Ascending, at least one. */
  readonly accountIds: readonly number[];
}
type Fork = (TrieNode | undefined)[];
type TrieNode = Entry | Fork;

/** `undefined` is the empty index. */
export type AddressIndex = TrieNode | undefined;

/** Returns the ids of all accounts of `address` that the index has, ascending. */
export function accountIdsIn(index: AddressIndex, address: bigint): readonly number[] {
  let node = index;
  for (let depth = 0; isFork(node); depth++) node = node[digitAt(address, depth)];
  return node?.address === address ? node.accountIds : [];
}

/** Returns the index with an account added. */
export function withAccount(index: AddressIndex, address: bigint, accountId: number): AddressIndex {
  const accountIds = accountIdsIn(index, address);
  if (accountIds.includes(accountId)) return index;
  const ascending = [...accountIds, accountId].sort((a, b) => a - b);
  return put(index, { address, accountIds: ascending }, 0);
}

/**
 * Moves what an index has to a table, here and in all indexes that share it: what they lose, the
 * table has.
 *
 * @returns A generator; between its steps any index may be used and made.
 */
export function* moveToTable(index: AddressIndex, table: AddressTable): Generator<void> {
  if (!isFork(index)) return;
  for (const [digit, child] of index.entries()) {
    if (isFork(child)) {
      yield* moveToTable(child, table);
      if (child.some((other) => other !== undefined)) continue;
    } else if (child !== undefined) {
      for (const accountId of child.accountIds) table.add(child.address, accountId);
    }
    index[digit] = undefined;
  }
  yield;
}

/** Stores an entry at the highest node on its address's path that no other address needs. */
function put(node: TrieNode | undefined, entry: Entry, depth: number): TrieNode {
  if (!isFork(node)) {
    if (node === undefined || node.address === entry.address) return entry;
    return put(put([], node, depth), entry, depth);
  }
  const digit = digitAt(entry.address, depth);
  const children = [...node];
  children[digit] = put(children[digit], entry, depth + 1);
  return children;
}

function digitAt(address: bigint, depth: number): number {
  return Number((address >> BigInt(depth * DIGIT_BITS)) & DIGIT_MASK);
}

function isFork(node: TrieNode | undefined): node is Fork {
  return Array.isArray(node);
}
