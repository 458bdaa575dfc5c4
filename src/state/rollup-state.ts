/**
 * The state of a rollup: accounts and their balances, in one 8-ary Merkle tree of accounts whose
 * leaves hold the roots of balance trees (design section 3).
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

/** New contents of a leaf and of one of its balances; what is left out stays as it is. */
export interface LeafUpdate {
  readonly account?: Partial<Account>;
  /** Unsigned 128-bit amount in the token's smallest unit. */
  readonly balance?: bigint;
}

/** All that a circuit needs to read and rewrite one balance of one account. */
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
 * An immutable state. An update returns a new state that shares all it did not touch, so keeping a
 * state is a checkpoint and going back to it is a revert, both for free.
 */
export class RollupState {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A state without any account. */
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
   * Computes all hashes of some states that are not known yet. Roots and witnesses need none then.
   *
   * @param hashMany - As often as there are levels, each time with all that a level needs.
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

  get preset(): Preset {
    return this.#parts.preset;
  }

  /** Root of the account tree, the only thing L1 knows of the state. */
  get root(): bigint {
    return this.#parts.leaves.root;
  }

  /** Lowest id without an account; equal to the number of ids when the tree is full. */
  get nextAccountId(): number {
    return this.#parts.nextAccountId;
  }

  /**
   * The account with the given id, {@link EMPTY_ACCOUNT} if there is none.
   *
   * @throws ACCOUNT_ID_OUT_OF_RANGE
   */
  account(accountId: number): Account {
    const { kind, nonce, address, pubKeyHash } = this.#leaf(accountId);
    return { kind, nonce, address, pubKeyHash };
  }

  /**
   * The balance of one token, in its smallest unit.
   *
   * @throws ACCOUNT_ID_OUT_OF_RANGE, TOKEN_ID_OUT_OF_RANGE
   */
  balance(accountId: number, tokenId: number): bigint {
    this.assertTokenId(tokenId);
    return this.#leaf(accountId).balances.get(tokenId) ?? 0n;
  }

  /** The non-zero balances of an account, in ascending order of the token. */
  balances(accountId: number): Generator<[tokenId: number, amount: bigint]> {
    return this.#leaf(accountId).balances.entries();
  }

  /** All accounts in ascending order of their id. */
  *accounts(): Generator<[accountId: number, account: Account]> {
    for (const [accountId, leaf] of this.#parts.leaves.entries()) {
      if (isLive(leaf)) yield [accountId, this.account(accountId)];
    }
  }

  /**
   * Where transfers and deposits to this address go: the lowest id of its accounts that have a
   * signing key; if none has one, the lowest of all; undefined if the address has no account.
   */
  accountIdOf(address: bigint): number | undefined {
    return preferredAccountId(this.#parts.index, address);
  }

  /** Ids of all accounts of this address, ascending. */
  accountIdsOf(address: bigint): readonly number[] {
    return accountIdsOf(this.#parts.index, address);
  }

  /**
   * The state after one leaf has changed. Checks ids only: whether a change is right is for the
   * operations to say.
   *
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
   * The leaf of an account, one of its balances, and the siblings of both.
   *
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

  /** Whether balances can be of this token. @throws TOKEN_ID_OUT_OF_RANGE */
  assertTokenId(tokenId: number): void {
    const capacity = tokenCapacity(this.preset);
    if (!isIndexBelow(tokenId, capacity)) {
      throw stateError({ code: "TOKEN_ID_OUT_OF_RANGE", tokenId, capacity });
    }
  }
}

/**
 * The state in which every rollup starts: only the fee account exists, and it owns nothing.
 *
 * @param options.feeAccountAddress - L1 owner of the fee account, uint160, not zero.
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

/** The lowest free id, given the one before `changedId` was written. */
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
