/**
 * Account ids by address, as a persistent trie. An index is a value that shares structure with
 * earlier ones, like the state tree, so each state keeps its own index.
 */

/** Bits of the address that select the child at each level. */
const DIGIT_BITS = 4;
const DIGIT_MASK = (1n << BigInt(DIGIT_BITS)) - 1n;

/** One address and the ids of its accounts. */
interface Entry {
  readonly address: bigint;
  /** All accounts, ascending, at least one. */
  readonly accountIds: readonly number[];
  /** Accounts with a signing key, ascending. */
  readonly activeIds: readonly number[];
}
type Fork = readonly (TrieNode | undefined)[];
type TrieNode = Entry | Fork;

/** `undefined` is the empty index. */
export type AddressIndex = TrieNode | undefined;

/** The part of an account that the index depends on. */
export interface IndexedAccount {
  readonly accountId: number;
  readonly address: bigint;
  /** Whether its owner has set a signing key. */
  readonly isActive: boolean;
}

/** Returns the ids of the accounts of `address`, ascending. */
export function accountIdsOf(index: AddressIndex, address: bigint): readonly number[] {
  return entryOf(index, address).accountIds;
}

/**
 * Returns the account that transfers and deposits to `address` use: the lowest with a signing key,
 * or else the lowest. The circuit allows several accounts per address; only the operator does not.
 */
export function preferredAccountId(index: AddressIndex, address: bigint): number | undefined {
  const { accountIds, activeIds } = entryOf(index, address);
  return activeIds[0] ?? accountIds[0];
}

/** Returns the index with an account added. */
export function withAccount(index: AddressIndex, account: IndexedAccount): AddressIndex {
  const { address, accountId, isActive } = account;
  const { accountIds, activeIds } = entryOf(index, address);
  const entry = {
    address,
    accountIds: insert(accountIds, accountId),
    activeIds: isActive ? insert(activeIds, accountId) : activeIds,
  };
  return put(index, entry, 0);
}

/** Returns the index without an account. */
export function withoutAccount(
  index: AddressIndex,
  { address, accountId }: Pick<IndexedAccount, "address" | "accountId">,
): AddressIndex {
  const { accountIds, activeIds } = entryOf(index, address);
  const isOther = (id: number) => id !== accountId;
  const entry = {
    address,
    accountIds: accountIds.filter(isOther),
    activeIds: activeIds.filter(isOther),
  };
  return put(index, entry, 0);
}

function entryOf(index: AddressIndex, address: bigint): Entry {
  let node = index;
  for (let depth = 0; isFork(node); depth++) node = node[digitAt(address, depth)];
  return node?.address === address ? node : { address, accountIds: [], activeIds: [] };
}

function insert(ascending: readonly number[], id: number): readonly number[] {
  const place = ascending.findIndex((other) => other > id);
  return place < 0 ? [...ascending, id] : ascending.toSpliced(place, 0, id);
}

/** Stores an entry at the highest node on its address's path that no other address needs. */
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
