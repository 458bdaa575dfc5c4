/**
 * The state of a rollup: one 8-ary Merkle tree of accounts, whose leaves hold the balances of the
 * main tokens and the roots of the trees of all others.
 *
 * @see docs/state.md
 */
import { GENESIS_FEE_ACCOUNT_ID } from "../protocol/constants.ts";
import { CELL_LEVELS } from "../protocol/kinds.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../protocol/presets.ts";
import { assert } from "../util/errors.ts";
import { type Account, isLive, newAccount } from "./account.ts";
import { accountIdsIn, type AddressIndex, moveToTable, withAccount } from "./address-index.ts";
import { AddressTable } from "./address-table.ts";
import { stateError } from "./errors.ts";
import { createLeafPaging, type LeafPage, PAGE_LEAVES } from "./leaf-page.ts";
import { findDamagedLeaf } from "./leaf-audit.ts";
import { loadPages, type PageBytes } from "./load-pages.ts";
import {
  type AccountLeaf,
  createEmptyLeaf,
  hashLeaf,
  hashLeaves,
  hashTails,
  leafBalance,
  leafBalances,
  leafWitness,
  type LeafWitness,
  tailBalance,
  tailSiblings,
  withAccountFields,
  withBalance,
} from "./leaf.ts";
import { type HashMany, type HashPacked, MerkleTree } from "./merkle-tree.ts";

/** New contents of a leaf and of one of its balances; omitted fields stay as they are. */
export interface LeafUpdate {
  /** New fields of the account. */
  readonly account?: Partial<Account>;
  /** Unsigned 128-bit amount in the token's smallest unit. */
  readonly balance?: bigint;
}

/** Per level of a tree, lowest first, the other children in ascending order. */
export type Siblings = readonly (readonly bigint[])[];

/** The inputs of a circuit that reads and updates one balance of one account. */
export interface BranchWitness {
  readonly account: Account;
  readonly balance: bigint;
  /** The words of the account's leaf. */
  readonly leaf: LeafWitness;
  /** What the tails hold at the token's place: its balance, or 0 for a main token. */
  readonly tailBalance: bigint;
  /** Siblings of that place in its tail. */
  readonly tailSiblings: Siblings;
  /** Siblings of the leaf in the state tree; up to the cells' height if levels are named. */
  readonly stateSiblings: Siblings;
}

/** The top of the state tree over the accounts with the lowest ids. */
export interface StateTop {
  /**
   * Nodes {@link CELL_LEVELS} levels below the root of these accounts' subtree: by the index of
   * their parent, then by their own in it.
   */
  readonly cells: readonly (readonly bigint[])[];
  /** Siblings on the path from the subtree's root to the state root. */
  readonly upperSiblings: Siblings;
}

/** How a state is hashed as it is loaded, possibly in threads. */
export interface StateHashing {
  readonly hashMany: HashMany;
  readonly hashPacked: HashPacked;
}

/** What {@link RollupState.hashAll} leaves out. */
export interface HashAllOptions {
  /**
   * Only nodes of the state tree below this height are hashed, leaves having height 0; balances are
   * hashed at any height. Default: all nodes.
   */
  readonly belowHeight?: number | undefined;
}

interface Parts {
  readonly sizes: Sizes;
  readonly leaves: MerkleTree<AccountLeaf>;
  /** Recent accounts by their addresses. */
  readonly index: AddressIndex;
  readonly nextAccountId: number;
}

/** What all states of a rollup share. */
interface Sizes {
  readonly preset: Preset;
  readonly accountCapacity: number;
  readonly tokenCapacity: number;
  readonly emptyLeaf: AccountLeaf;
  /** All other accounts of all states by their addresses, and some that are none. */
  readonly table: AddressTable;
}

/**
 * An immutable state of all accounts and balances. An update returns a new state that shares
 * everything else with the old one, so an old state is a free checkpoint.
 *
 * @example
 * const genesis = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
 * const account = { kind: 1, nonce: 0, address: 0xa11cen, pubKeyHash: 0n };
 * const state = genesis.update(1, 0, { account, balance: 100n });
 * state.balance(1, 0); // 100n
 * genesis.balance(1, 0); // 0n
 */
export class RollupState {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Creates a state without accounts.
   *
   * @param preset - Sizes of the trees.
   * @returns A state whose root is that of empty trees.
   */
  static empty(preset: Preset): RollupState {
    const emptyLeaf = createEmptyLeaf(preset);
    const sizes = {
      preset,
      accountCapacity: accountCapacity(preset),
      tokenCapacity: tokenCapacity(preset),
      emptyLeaf,
      table: new AddressTable(),
    };
    const leaves = MerkleTree.empty<AccountLeaf>({
      arity: preset.treeArity,
      levels: preset.stateTreeLevels,
      hashLeaf,
      emptyLeafHash: hashLeaf(emptyLeaf),
      createPaging: (emptyHashes) => createLeafPaging(emptyLeaf, emptyHashes),
    });
    return new RollupState({ sizes, leaves, index: undefined, nextAccountId: 0 });
  }

  /**
   * Makes a state of pages, as {@link RollupState.pages} gives them. All hashes above those of the
   * leaves are computed again, so the root is that of the leaves' hashes; whether the leaves have
   * these hashes is for {@link RollupState.findDamage}.
   *
   * @param preset - Sizes of the trees.
   * @param bytes - The pages in ascending order of their indices, each in a buffer of its own,
   * which the state keeps.
   * @param hashing - Hashes many lists at a time, possibly in threads.
   * @returns The state; the caller compares its root.
   * @throws Error if the bytes are not those of pages in this order
   */
  static async fromPages(
    preset: Preset,
    bytes: Iterable<PageBytes>,
    { hashPacked, hashMany }: StateHashing,
  ): Promise<RollupState> {
    const { sizes, leaves: empty } = RollupState.empty(preset).#parts;
    const { pages, nextAccountId } = await loadPages(bytes, { ...sizes, hashPacked });
    const leaves = empty.withPages(pages);
    const state = new RollupState({ sizes, leaves, index: undefined, nextAccountId });
    await RollupState.hashAll([state], hashMany);
    return state;
  }

  /**
   * Computes missing hashes of some states, so that their roots and witnesses need no hashing.
   *
   * @param states - States of one rollup; parts that they share are hashed once.
   * @param hashMany - Called once per tree level and once for the leaves, with all lists of one
   * length.
   * @param options - Leaves out the top of the state tree, which most witnesses do not need.
   */
  static async hashAll(
    states: Iterable<RollupState>,
    hashMany: HashMany,
    { belowHeight }: HashAllOptions = {},
  ): Promise<void> {
    const trees = Array.from(states, (state) => state.#parts.leaves);
    await MerkleTree.hashAll(trees, {
      hashMany,
      belowHeight,
      prepareLeaves: (leaves) => hashTails(leaves, hashMany),
      hashLeaves: (leaves) => hashLeaves(leaves, hashMany),
    });
  }

  /** The tree sizes of the rollup. */
  get preset(): Preset {
    return this.#parts.sizes.preset;
  }

  /** Root of the state tree, a field element; L1 stores nothing else of the state. */
  get root(): bigint {
    return this.#parts.leaves.root;
  }

  /** Lowest id without an account, or the account capacity if the tree is full. */
  get nextAccountId(): number {
    return this.#parts.nextAccountId;
  }

  /**
   * Returns the account with the given id, or {@link EMPTY_ACCOUNT}.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @throws ACCOUNT_ID_OUT_OF_RANGE
   */
  account(accountId: number): Account {
    return this.#leaf(accountId).account;
  }

  /**
   * Returns an account's balance of one token.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @param tokenId - In [0, token capacity of the preset).
   * @returns A uint128 in the token's smallest unit; 0 for an account that does not exist.
   * @throws ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
   */
  balance(accountId: number, tokenId: number): bigint {
    this.assertTokenId(tokenId);
    return leafBalance(this.#leaf(accountId), tokenId);
  }

  /**
   * Iterates over the non-zero balances of an account, in ascending order of the token id.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @returns Token ids with amounts in the token's smallest unit.
   * @throws ACCOUNT_ID_OUT_OF_RANGE
   */
  balances(accountId: number): Generator<[tokenId: number, amount: bigint]> {
    return leafBalances(this.#leaf(accountId));
  }

  /**
   * Iterates over all accounts.
   *
   * @returns Account ids with accounts, in ascending order of the id.
   */
  *accounts(): Generator<[accountId: number, account: Account]> {
    for (const [accountId, { account }] of this.#parts.leaves.entries()) {
      if (isLive(account)) yield [accountId, account];
    }
  }

  /**
   * Returns the account that transfers and deposits to this address use: the lowest id with a
   * signing key, or else the lowest id.
   *
   * @param address - L1 address, uint160.
   * @returns An account id, or undefined if the address has no account.
   */
  accountIdOf(address: bigint): number | undefined {
    const accountIds = this.accountIdsOf(address);
    return accountIds.find((id) => isActive(this.account(id))) ?? accountIds[0];
  }

  /**
   * Returns the ids of all accounts of an L1 address, ascending.
   *
   * @param address - L1 address, uint160.
   */
  accountIdsOf(address: bigint): readonly number[] {
    const { index, sizes, leaves } = this.#parts;
    const candidates = [...accountIdsIn(index, address), ...sizes.table.candidates(address)];
    const accountIds = candidates.filter((accountId, place) => {
      const account = leaves.get(accountId)?.account;
      const isOwned = account !== undefined && isLive(account) && account.address === address;
      return isOwned && candidates.indexOf(accountId) === place;
    });
    return accountIds.sort((a, b) => a - b);
  }

  /**
   * Returns the state with one leaf changed. Checks only the ids; the rules of operations decide
   * whether the change is valid.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @param tokenId - Token of the balance, in [0, token capacity of the preset); checked even
   * without a balance.
   * @param update - New fields of the account, and new balance in the token's smallest unit.
   * @returns A new state; this one is unchanged.
   * @throws ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
   */
  update(accountId: number, tokenId: number, { account, balance }: LeafUpdate): RollupState {
    this.assertTokenId(tokenId);
    const { sizes, index, nextAccountId, leaves: leavesBefore } = this.#parts;
    const before = this.#leaf(accountId);
    let after = account === undefined ? before : withAccountFields(before, account);
    if (balance !== undefined) after = withBalance(after, tokenId, balance);
    const leaves = leavesBefore.set(accountId, after);
    return new RollupState({
      sizes,
      leaves,
      index: reindex(index, accountId, before.account, after.account),
      nextAccountId: nextFreeId(nextAccountId, leaves, accountId),
    });
  }

  /**
   * Returns the words of an account's leaf.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @returns The words by name; those of an empty leaf if the account does not exist.
   * @throws ACCOUNT_ID_OUT_OF_RANGE
   */
  leaf(accountId: number): LeafWitness {
    return leafWitness(this.#leaf(accountId));
  }

  /**
   * Returns the leaf of an account, one of its balances, and the siblings of both.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @param tokenId - In [0, token capacity of the preset).
   * @param levels - Levels of a block's kind: state siblings end below its cells. Default: they
   * reach the root.
   * @throws ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
   */
  witness(accountId: number, tokenId: number, levels?: number): BranchWitness {
    this.assertTokenId(tokenId);
    const leaf = this.#leaf(accountId);
    const below = levels === undefined ? this.preset.stateTreeLevels : levels - CELL_LEVELS;
    return {
      account: leaf.account,
      balance: leafBalance(leaf, tokenId),
      leaf: leafWitness(leaf),
      tailBalance: tailBalance(leaf, tokenId),
      tailSiblings: tailSiblings(leaf, tokenId),
      stateSiblings: this.#parts.leaves.siblings(accountId, { below }),
    };
  }

  /**
   * Returns the top of the state tree over the accounts with ids below `treeArity^levels`.
   *
   * @param levels - Levels of a block's kind, in [{@link CELL_LEVELS}, levels of the state tree].
   */
  top(levels: number): StateTop {
    const { treeArity, stateTreeLevels } = this.preset;
    assert(levels >= CELL_LEVELS && levels <= stateTreeLevels, "the state tree has these levels");
    const { leaves } = this.#parts;
    const nodes = leaves.nodes(levels - CELL_LEVELS, treeArity ** CELL_LEVELS);
    const cells = Array.from({ length: nodes.length / treeArity }, (_, i) =>
      nodes.slice(i * treeArity, (i + 1) * treeArity),
    );
    return { cells, upperSiblings: leaves.siblings(0, { from: levels }) };
  }

  /**
   * Moves accounts whose hashes are known from objects to pages of bytes, here and in all states
   * that share them. No state changes by it; it is for memory alone, and for the oldest state in
   * use: what later states have changed stays as objects.
   *
   * @returns A generator of small steps. Between them any state may be used and made.
   *
   * @example
   * const state = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
   * const { root } = state; // computes the hashes
   * for (const _ of state.compaction()) await new Promise(setImmediate);
   * state.root === root; // true
   */
  *compaction(): Generator<void> {
    const { leaves, index, sizes } = this.#parts;
    yield* leaves.compaction();
    yield* moveToTable(index, sizes.table);
  }

  /**
   * Computes the hashes of accounts in pages, and compares them with those in the pages.
   *
   * @param hashMany - Hashes many lists at a time, possibly in threads.
   * @returns A generator of batches; each step gives the first account id of a leaf that is not
   * what its hash says, or undefined.
   */
  async *findDamage(hashMany: HashMany): AsyncGenerator<number | undefined> {
    const { emptyLeaf } = this.#parts.sizes;
    for (const [index, page] of this.pages()) {
      const place = await findDamagedLeaf(page, emptyLeaf, hashMany);
      yield place === undefined ? undefined : index * PAGE_LEAVES + place;
    }
  }

  /**
   * Iterates over the pages of accounts, each with its index, ascending, as a snapshot has them.
   * Accounts that are objects become pages by it, after all missing hashes were computed.
   *
   * @returns A generator of indices and pages.
   */
  pages(): Generator<[index: number, page: LeafPage]> {
    return this.#parts.leaves.pages() as Generator<[number, LeafPage]>;
  }

  #leaf(accountId: number): AccountLeaf {
    const { sizes, leaves } = this.#parts;
    const capacity = sizes.accountCapacity;
    if (!isIndexBelow(accountId, capacity)) {
      throw stateError({ code: "ACCOUNT_ID_OUT_OF_RANGE", accountId, capacity });
    }
    return leaves.get(accountId) ?? sizes.emptyLeaf;
  }

  /**
   * Checks that a leaf has a place for the balance of the token.
   *
   * @param tokenId - Valid in [0, token capacity of the preset).
   * @throws TOKEN_ID_OUT_OF_RANGE
   */
  assertTokenId(tokenId: number): void {
    const capacity = this.#parts.sizes.tokenCapacity;
    if (!isIndexBelow(tokenId, capacity)) {
      throw stateError({ code: "TOKEN_ID_OUT_OF_RANGE", tokenId, capacity });
    }
  }
}

/**
 * Creates the first state of a rollup: only the fee account exists, with no balances.
 *
 * @param preset - The tree sizes of the rollup.
 * @param options.feeAccountAddress - L1 owner of the fee account, uint160, not zero.
 * @returns The state with account 0, which has no signing key.
 * @throws FEE_ACCOUNT_ADDRESS_ZERO
 *
 * @example
 * const genesis = createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen });
 * genesis.account(0).address; // 0xfeen
 * genesis.nextAccountId; // 1
 */
export function createGenesisState(
  preset: Preset,
  { feeAccountAddress }: { feeAccountAddress: bigint },
): RollupState {
  if (feeAccountAddress === 0n) throw stateError({ code: "FEE_ACCOUNT_ADDRESS_ZERO" });
  const account = newAccount(feeAccountAddress);
  return RollupState.empty(preset).update(GENESIS_FEE_ACCOUNT_ID, 0, { account });
}

function isIndexBelow(index: number, capacity: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < capacity;
}

function reindex(
  index: AddressIndex,
  accountId: number,
  before: Account,
  after: Account,
): AddressIndex {
  if (!isLive(after) || (isLive(before) && before.address === after.address)) return index;
  return withAccount(index, after.address, accountId);
}

function isActive({ pubKeyHash }: Account): boolean {
  return pubKeyHash !== 0n;
}

/** Returns the lowest free id, from the one before `changedId` was written. */
function nextFreeId(
  nextAccountId: number,
  leaves: MerkleTree<AccountLeaf>,
  changedId: number,
): number {
  if (changedId > nextAccountId) return nextAccountId;
  const isUsed = (accountId: number) => {
    const leaf = leaves.get(accountId);
    return leaf !== undefined && isLive(leaf.account);
  };
  if (changedId < nextAccountId) return isUsed(changedId) ? nextAccountId : changedId;
  let candidate = nextAccountId;
  while (candidate < leaves.capacity && isUsed(candidate)) candidate++;
  return candidate;
}
