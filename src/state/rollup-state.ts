/**
 * The state of a rollup: one 8-ary Merkle tree of accounts, whose leaves hold the roots of balance
 * trees.
 *
 * @see docs/restore-and-exit.md#by-proof-or-by-path for the encoding of leaves and paths
 */
import { GENESIS_FEE_ACCOUNT_ID, LEAF_KIND } from "../protocol/constants.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../protocol/presets.ts";
import { type Account, accountWords, EMPTY_ACCOUNT, hashAccount, newAccount } from "./account.ts";
import {
  type AddressIndex,
  accountIdsOf,
  preferredAccountId,
  withAccount,
  withoutAccount,
} from "./address-index.ts";
import { stateError } from "./errors.ts";
import { type HashMany, MerkleTree } from "./merkle-tree.ts";

interface AccountLeaf extends Account {
  readonly balances: MerkleTree<bigint>;
}

/** New contents of a leaf and of one of its balances; omitted fields stay as they are. */
export interface LeafUpdate {
  /** New fields of the account. */
  readonly account?: Partial<Account>;
  /** Unsigned 128-bit amount in the token's smallest unit. */
  readonly balance?: bigint;
}

/** The inputs of a circuit that reads and updates one balance of one account. */
export interface BranchWitness {
  readonly account: Account;
  readonly balance: bigint;
  /** Per level of the state tree, leaf level first, the other children in ascending order. */
  readonly stateSiblings: readonly (readonly bigint[])[];
  /** The same for the account's balance tree. */
  readonly tokenSiblings: readonly (readonly bigint[])[];
}

interface Parts {
  readonly preset: Preset;
  readonly leaves: MerkleTree<AccountLeaf>;
  readonly emptyLeaf: AccountLeaf;
  readonly index: AddressIndex;
  readonly nextAccountId: number;
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
    const balances = MerkleTree.empty<bigint>({
      arity: preset.treeArity,
      levels: preset.tokenTreeLevels,
      hashLeaf: (amount) => amount,
    });
    const leaves = MerkleTree.empty<AccountLeaf>({
      arity: preset.treeArity,
      levels: preset.stateTreeLevels,
      hashLeaf: (leaf) => hashAccount(leaf, leaf.balances.root),
    });
    const emptyLeaf = { ...EMPTY_ACCOUNT, balances };
    return new RollupState({ preset, leaves, emptyLeaf, index: undefined, nextAccountId: 0 });
  }

  /**
   * Computes all missing hashes of some states, so that their roots and witnesses need no hashing.
   *
   * @param states - States of any presets; parts that they share are hashed once.
   * @param hashMany - Called once per tree level, with all lists of that level.
   */
  static async hashAll(states: Iterable<RollupState>, hashMany: HashMany): Promise<void> {
    const trees = Array.from(states, (state) => state.#parts.leaves);
    await MerkleTree.hashAll(trees, hashMany, async (leaves) => {
      const balances = leaves.map((leaf) => leaf.balances);
      await MerkleTree.hashAll(balances, hashMany, (amounts) => Promise.resolve([...amounts]));
      const hashes = await hashMany(leaves.map((leaf) => accountWords(leaf, leaf.balances.root)));
      return leaves.map((leaf, index) => (isLive(leaf) ? hashes[index]! : 0n));
    });
  }

  /** The tree sizes of the rollup. */
  get preset(): Preset {
    return this.#parts.preset;
  }

  /** Root of the account tree, a field element; L1 stores nothing else of the state. */
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
    const { kind, nonce, address, pubKeyHash } = this.#leaf(accountId);
    return { kind, nonce, address, pubKeyHash };
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
    return this.#leaf(accountId).balances.get(tokenId) ?? 0n;
  }

  /**
   * Iterates over the non-zero balances of an account, in ascending order of the token id.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @returns Token ids with amounts in the token's smallest unit.
   * @throws ACCOUNT_ID_OUT_OF_RANGE
   */
  balances(accountId: number): Generator<[tokenId: number, amount: bigint]> {
    return this.#leaf(accountId).balances.entries();
  }

  /**
   * Iterates over all accounts.
   *
   * @returns Account ids with accounts, in ascending order of the id.
   */
  *accounts(): Generator<[accountId: number, account: Account]> {
    for (const [accountId, leaf] of this.#parts.leaves.entries()) {
      if (isLive(leaf)) yield [accountId, this.account(accountId)];
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
    return preferredAccountId(this.#parts.index, address);
  }

  /**
   * Returns the ids of all accounts of an L1 address, ascending.
   *
   * @param address - L1 address, uint160.
   */
  accountIdsOf(address: bigint): readonly number[] {
    return accountIdsOf(this.#parts.index, address);
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
    const before = this.#leaf(accountId);
    const balances =
      balance === undefined
        ? before.balances
        : before.balances.set(tokenId, balance === 0n ? undefined : balance);
    const after = { ...before, ...account, balances };
    const leaves = this.#parts.leaves.set(accountId, after);
    return new RollupState({
      ...this.#parts,
      leaves,
      index: reindex(this.#parts.index, accountId, before, after),
      nextAccountId: nextFreeId(this.#parts.nextAccountId, leaves, accountId, this.preset),
    });
  }

  /**
   * Returns the leaf of an account, one of its balances, and the siblings of both.
   *
   * @param accountId - In [0, account capacity of the preset).
   * @param tokenId - In [0, token capacity of the preset).
   * @throws ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
   */
  witness(accountId: number, tokenId: number): BranchWitness {
    return {
      account: this.account(accountId),
      balance: this.balance(accountId, tokenId),
      stateSiblings: this.#parts.leaves.siblings(accountId),
      tokenSiblings: this.#leaf(accountId).balances.siblings(tokenId),
    };
  }

  #leaf(accountId: number): AccountLeaf {
    const capacity = accountCapacity(this.preset);
    if (!isIndexBelow(accountId, capacity)) {
      throw stateError({ code: "ACCOUNT_ID_OUT_OF_RANGE", accountId, capacity });
    }
    return this.#parts.leaves.get(accountId) ?? this.#parts.emptyLeaf;
  }

  /**
   * Checks that the balance tree has a leaf for the token.
   *
   * @param tokenId - Valid in [0, token capacity of the preset).
   * @throws TOKEN_ID_OUT_OF_RANGE
   */
  assertTokenId(tokenId: number): void {
    const capacity = tokenCapacity(this.preset);
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

function isLive({ kind }: Account): boolean {
  return kind !== LEAF_KIND.empty;
}

function reindex(
  index: AddressIndex,
  accountId: number,
  before: Account,
  after: Account,
): AddressIndex {
  const isSame =
    isLive(before) === isLive(after) &&
    before.address === after.address &&
    isActive(before) === isActive(after);
  if (isSame) return index;
  const { address } = after;
  const without = isLive(before)
    ? withoutAccount(index, { accountId, address: before.address })
    : index;
  return isLive(after)
    ? withAccount(without, { accountId, address, isActive: isActive(after) })
    : without;
}

function isActive({ pubKeyHash }: Account): boolean {
  return pubKeyHash !== 0n;
}

/** Returns the lowest free id, from the one before `changedId` was written. */
function nextFreeId(
  nextAccountId: number,
  leaves: MerkleTree<AccountLeaf>,
  changedId: number,
  preset: Preset,
): number {
  const isFree = (accountId: number) => !isLive(leaves.get(accountId) ?? EMPTY_ACCOUNT);
  if (changedId < nextAccountId) return isFree(changedId) ? changedId : nextAccountId;
  let candidate = nextAccountId;
  while (candidate < accountCapacity(preset) && !isFree(candidate)) candidate++;
  return candidate;
}
