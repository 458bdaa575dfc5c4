/**
 * Account ids by address, as a persistent trie: like the state tree it is a value that shares its
 * structure with earlier ones, so an index belongs to the state it was taken with and a reverted
 * state brings its own index back.
 */

/** Bits of the address that choose the child at each step down. */
const DIGIT_BITS = 4;
const DIGIT_MASK = (1n << BigInt(DIGIT_BITS)) - 1n;

/** One address and the ids of its accounts. */
interface Entry {
  readonly address: bigint;
  /** All of them, ascending, at least one. */
  readonly accountIds: readonly number[];
  /** Those that have a signing key, ascending. */
  readonly activeIds: readonly number[];
}
type Fork = readonly (TrieNode | undefined)[];
type TrieNode = Entry | Fork;

/** `undefined` is the empty index. */
export type AddressIndex = TrieNode | undefined;

/** What the index knows of an account. */
export interface IndexedAccount {
  readonly accountId: number;
  readonly address: bigint;
  /** Whether its owner has set a signing key. */
  readonly isActive: boolean;
}

/** Ids of the accounts of `address`, ascending. */
export function accountIdsOf(index: AddressIndex, address: bigint): readonly number[] {
  return entryOf(index, address).accountIds;
}

/**
 * The account that stands for `address`: nothing but a rule of the operator keeps an address from
 * having several, so it is the lowest that its owner has activated, or else the lowest of all.
 */
export function preferredAccountId(index: AddressIndex, address: bigint): number | undefined {
  const { accountIds, activeIds } = entryOf(index, address);
  return activeIds[0] ?? accountIds[0];
}

/** The index with an account added. */
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

/** The index with an account removed. */
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
