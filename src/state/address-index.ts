/**
 * Account ids by address, as a persistent trie: like the state tree it is a value that shares its
 * structure with earlier ones, so an index belongs to the state it was taken with and a reverted
 * state brings its own index back.
 */

/** Bits of the address that choose the child at each step down. */
const DIGIT_BITS = 4;
const DIGIT_MASK = (1n << BigInt(DIGIT_BITS)) - 1n;

/** One address and the ids of its accounts, ascending, at least one. */
interface Entry {
  readonly address: bigint;
  readonly accountIds: readonly number[];
}
type Fork = readonly (TrieNode | undefined)[];
type TrieNode = Entry | Fork;

/** `undefined` is the empty index. */
export type AddressIndex = TrieNode | undefined;

/** Ids of the accounts of `address`, ascending. */
export function accountIdsOf(index: AddressIndex, address: bigint): readonly number[] {
  let node = index;
  for (let depth = 0; isFork(node); depth++) node = node[digitAt(address, depth)];
  return node?.address === address ? node.accountIds : [];
}

/** The index with account `accountId` of `address` added. */
export function withAccountId(
  index: AddressIndex,
  address: bigint,
  accountId: number,
): AddressIndex {
  const accountIds = [...accountIdsOf(index, address), accountId].sort((a, b) => a - b);
  return put(index, { address, accountIds }, 0);
}

/** The index with account `accountId` of `address` removed. */
export function withoutAccountId(
  index: AddressIndex,
  address: bigint,
  accountId: number,
): AddressIndex {
  const accountIds = accountIdsOf(index, address).filter((id) => id !== accountId);
  return put(index, { address, accountIds }, 0);
}

/** Puts an entry in the place of its address, as high up as no other address is in the way. */
function put(node: TrieNode | undefined, entry: Entry, depth: number): TrieNode | undefined {
  if (!isFork(node)) {
    if (node === undefined || node.address === entry.address) {
      return entry.accountIds.length > 0 ? entry : undefined;
    }
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
