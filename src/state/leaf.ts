/**
 * Leaves of the state tree: an account with its balances. The balances of the main tokens are words
 * of the leaf; those of all other tokens are leaves of its tails, of which it holds the roots.
 *
 * @see docs/state.md#leaf
 */
import { poseidon } from "../kernel/hash.ts";
import { isMainToken, MAIN_TOKENS, TAILS } from "../protocol/kinds.ts";
import { LEAF_HEAD_WORDS } from "../protocol/leaf.ts";
import type { Preset } from "../protocol/presets.ts";
import { type Account, EMPTY_ACCOUNT, isLive } from "./account.ts";
import { type HashMany, MerkleTree } from "./merkle-tree.ts";

/** An immutable leaf. Equal parts are shared, so an account without other tokens has no trees. */
export interface AccountLeaf {
  readonly account: Account;
  /** Balances of the main tokens, by token id. */
  readonly mainBalances: readonly bigint[];
  /** Trees of all other balances: token ids count through the leaves of one after the other. */
  readonly tails: readonly MerkleTree<bigint>[];
}

/** The words of a leaf as a circuit reads them, see `src/protocol/leaf.ts`. */
export interface LeafWitness {
  /** The account's nonce plus 1; 0 for an empty leaf. */
  readonly noncePlusOne: bigint;
  /** The L1 owner, uint160. */
  readonly address: bigint;
  /** Poseidon hash of the signing key, 0 without one. */
  readonly pubKeyHash: bigint;
  /** 0 today. */
  readonly reserved: bigint;
  /** Roots of the {@link TAILS} tails. */
  readonly tails: readonly bigint[];
  /** Balances of the {@link MAIN_TOKENS} main tokens, by token id. */
  readonly balances: readonly bigint[];
}

const NO_BALANCES: readonly bigint[] = Object.freeze(new Array<bigint>(MAIN_TOKENS).fill(0n));

/** Creates the leaf without an account, whose parts all leaves of a state share. */
export function createEmptyLeaf({ treeArity, tailLevels }: Preset): AccountLeaf {
  const tail = MerkleTree.empty<bigint>({
    arity: treeArity,
    levels: tailLevels,
    hashLeaf: (amount) => amount,
    emptyLeafHash: 0n,
  });
  const tails = Object.freeze(new Array<typeof tail>(TAILS).fill(tail));
  return { account: EMPTY_ACCOUNT, mainBalances: NO_BALANCES, tails };
}

/** Returns the tail and the index in it that belong to a token; those of main tokens stay 0. */
function tailPosition({ tails }: AccountLeaf, tokenId: number): { tail: number; index: number } {
  const { capacity } = tails[0]!;
  return { tail: Math.floor(tokenId / capacity), index: tokenId % capacity };
}

/** Returns the balance that the leaf holds at a token's place in the tails. */
export function tailBalance(leaf: AccountLeaf, tokenId: number): bigint {
  const { tail, index } = tailPosition(leaf, tokenId);
  return leaf.tails[tail]!.get(index) ?? 0n;
}

/** Returns the siblings of a token's place in its tail, per level, leaf level first. */
export function tailSiblings(leaf: AccountLeaf, tokenId: number): bigint[][] {
  const { tail, index } = tailPosition(leaf, tokenId);
  return leaf.tails[tail]!.siblings(index);
}

/** Returns the balance of any token of the preset. */
export function leafBalance(leaf: AccountLeaf, tokenId: number): bigint {
  return isMainToken(tokenId) ? leaf.mainBalances[tokenId]! : tailBalance(leaf, tokenId);
}

/** Iterates over the balances that are not 0, in ascending order of the token id. */
export function* leafBalances(leaf: AccountLeaf): Generator<[tokenId: number, amount: bigint]> {
  for (const [tokenId, amount] of leaf.mainBalances.entries()) {
    if (amount !== 0n) yield [tokenId, amount];
  }
  for (const [tail, tree] of leaf.tails.entries()) {
    for (const [index, amount] of tree.entries()) yield [tail * tree.capacity + index, amount];
  }
}

/** Returns the leaf with another account; fields that are omitted stay as they are. */
export function withAccountFields(leaf: AccountLeaf, change: Partial<Account>): AccountLeaf {
  const { account: before, mainBalances, tails } = leaf;
  const account = {
    kind: change.kind ?? before.kind,
    nonce: change.nonce ?? before.nonce,
    address: change.address ?? before.address,
    pubKeyHash: change.pubKeyHash ?? before.pubKeyHash,
  };
  return { account, mainBalances, tails };
}

/** Returns the leaf with another balance of one token. */
export function withBalance(leaf: AccountLeaf, tokenId: number, amount: bigint): AccountLeaf {
  const { account, mainBalances, tails } = leaf;
  if (isMainToken(tokenId)) {
    return { account, mainBalances: mainBalances.with(tokenId, amount), tails };
  }
  const { tail, index } = tailPosition(leaf, tokenId);
  const changed = tails[tail]!.set(index, amount === 0n ? undefined : amount);
  return { account, mainBalances, tails: tails.with(tail, changed) };
}

/** Returns the words of a leaf by name. Hashes the tails that have no hash yet. */
export function leafWitness({ account, mainBalances, tails }: AccountLeaf): LeafWitness {
  return {
    noncePlusOne: isLive(account) ? BigInt(account.nonce) + 1n : 0n,
    address: account.address,
    pubKeyHash: account.pubKeyHash,
    reserved: 0n,
    tails: tails.map((tail) => tail.root),
    balances: mainBalances,
  };
}

/** Hashes a leaf to its node in the state tree. */
export function hashLeaf(leaf: AccountLeaf): bigint {
  return poseidon(leafWords(leaf));
}

/** Hashes many leaves whose tails are hashed. */
export function hashLeaves(leaves: readonly AccountLeaf[], hashMany: HashMany): Promise<bigint[]> {
  return hashMany(leaves.map(leafWords));
}

/** Hashes all tails of some leaves level by level, each node once. */
export async function hashTails(leaves: readonly AccountLeaf[], hashMany: HashMany): Promise<void> {
  await MerkleTree.hashAll(
    leaves.flatMap(({ tails }) => tails.filter(({ isHashed }) => !isHashed)),
    { hashMany, hashLeaves: (amounts) => Promise.resolve([...amounts]) },
  );
}

/** Returns the preimage of a leaf, in the order of the protocol. */
function leafWords(leaf: AccountLeaf): bigint[] {
  const witness = leafWitness(leaf);
  const head = LEAF_HEAD_WORDS.map((name) => witness[name]);
  return [...head, ...witness.tails, ...witness.balances];
}
