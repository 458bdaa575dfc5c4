/** Acts of users on both layers: all operations, many of which the operator must refuse. */
import {
  encodeCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
  signChangePubKey,
} from "../../src/l1/authorization.ts";
import { connectRollup } from "../../src/l1/client.ts";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import type { Submission } from "../../src/operator/submissions.ts";
import type { Operator } from "../../src/operator/operator.ts";
import { closestPackableAmountBelow } from "../../src/operations/packed.ts";
import {
  type SignedTransaction,
  signingDomain,
  type Transaction,
} from "../../src/operations/transaction.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import type { RollupSigner } from "../../src/sdk/signer.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { isRollupError } from "../../src/util/errors.ts";
import type { Random } from "../helpers/random.ts";
import { BURN_GAS, type SimChain, type SimUser } from "./chain.ts";

/** Codes of the operator's refusals that users may cause. */
export const REFUSALS = [
  "ACCOUNT_CAPACITY_REACHED",
  "ACCOUNT_NOT_FOUND",
  "ADDRESS_WITHOUT_ACCOUNT",
  "AUTHORIZATION_INVALID",
  "BATCH_LENGTH_INVALID",
  "BATCH_TOO_LARGE",
  "EXPIRED",
  "INSUFFICIENT_BALANCE",
  "NONCE_MISMATCH",
  "OWNER_MISMATCH",
  "SIGNING_KEY_MISMATCH",
  "SIGNING_KEY_NOT_SET",
  "TARGET_HAS_SIGNING_KEY",
  "TOO_MANY_FEE_TOKENS",
];

/** How users deal with an operator. */
export interface UserHabits {
  /** Codes of refusals that they may cause. */
  readonly refusals: readonly string[];
  /** Bits of the amounts that they deposit. */
  readonly depositBits: readonly number[];
  /** Puts fees into a transaction or a batch. */
  pay(operator: Operator, parts: readonly UnsignedPart[]): Promise<readonly UnsignedPart[]>;
  submit(operator: Operator, batch: readonly Submission[]): Promise<void>;
}

/** Pays nothing, and submits in one of two ways: only one of them asks L1 about wallets. */
function careless(random: Random): UserHabits {
  return {
    refusals: REFUSALS,
    depositBits: [8, 40, 60],
    pay: (_, parts) => Promise.resolve(parts),
    submit: async (operator, batch) => {
      if (random.bool()) await operator.receiveBatch(batch);
      else operator.submitBatch(batch);
    },
  };
}

/** An unsigned transaction. */
export interface UnsignedPart {
  readonly transaction: Transaction;
  readonly key: RollupSigner;
  readonly authorization: string;
}

/** A key with a fact on L1 whose reset the owner will carry out. */
interface Armed {
  readonly user: SimUser;
  readonly accountId: number;
  readonly nonce: number;
  readonly pubKeyHash: bigint;
}

const ARMED_MAX = 8;
/** A little more than the day after which a reset is possible. */
const RESET_WAIT_MAX_SECONDS = 25 * 60 * 60;
/** Number of withdrawals of each user in a rush. */
const RUSH = 4;
/** Number of deposits of a crowd. */
const CROWD = 20;

export class SimUsers {
  readonly #chain: SimChain;
  readonly #random: Random;
  readonly #domain: bigint;
  readonly #habits: UserHabits;
  #armed: Armed[] = [];

  constructor(chain: SimChain, random: Random, habits: UserHabits = careless(random)) {
    this.#habits = habits;
    const { chainId, rollupAddress } = chain.client;
    this.#chain = chain;
    this.#random = random;
    this.#domain = signingDomain(chainId, BigInt(rollupAddress));
  }

  /** Submits a deposit or a full exit on L1. */
  async requestOnL1(state: RollupState): Promise<void> {
    const random = this.#random;
    const user = random.pick(this.#chain.users);
    const client = await connectRollup(this.#chain.client, user.l1);
    const token = random.pick(this.#chain.tokens);
    if (random.int(4) === 0) {
      const accountId = random.pick([state.accountIdOf(user.address) ?? 1, random.int(20)]);
      await this.#chain.request(() => client.requestFullExit(accountId, token));
      return;
    }
    const owner = random.int(3) > 0 ? user.address : random.pick(this.#addresses());
    const amount = random.bigint(random.pick(this.#habits.depositBits)) + 1n;
    const to = toChecksumAddress(owner);
    const isEth = token === this.#chain.tokens[0];
    await this.#chain
      .request(() =>
        isEth ? client.depositEth(to, amount) : client.depositErc20(token, amount, to),
      )
      .catch(ignoreL1Refusal);
  }

  /** Deposits ETH and a token for each user, enough for many fees. */
  async fund(tokenId: number, amount: bigint): Promise<void> {
    for (const { l1, address } of this.#chain.users) {
      const client = await connectRollup(this.#chain.client, l1);
      const to = toChecksumAddress(address);
      await this.#chain.request(() => client.depositEth(to, amount));
      const token = this.#chain.tokens[tokenId]!;
      await this.#chain.request(() => client.depositErc20(token, amount, to));
    }
  }

  /** Deposits for many owners without an account; a small tree has no room for all. */
  async crowd(state: RollupState): Promise<void> {
    const user = this.#random.pick(this.#chain.users);
    const client = await connectRollup(this.#chain.client, user.l1);
    const { freshAddresses } = this.#chain;
    const newcomers = freshAddresses.filter((owner) => state.accountIdOf(owner) === undefined);
    for (const owner of this.#random.shuffle(newcomers).slice(0, CROWD)) {
      const to = toChecksumAddress(owner);
      await this.#chain.request(() => client.depositEth(to, 1n)).catch(ignoreL1Refusal);
    }
  }

  /** Requests full exits of all users: possibly more payouts than the gas of an L1 transaction. */
  async leave(state: RollupState): Promise<void> {
    const { users, tokens } = this.#chain;
    for (const user of users) {
      const client = await connectRollup(this.#chain.client, user.l1);
      for (const accountId of state.accountIdsOf(user.address)) {
        for (const token of tokens.filter((_, id) => state.balance(accountId, id) > 0n)) {
          await this.#chain.request(() => client.requestFullExit(accountId, token));
        }
      }
    }
  }

  /**
   * Submits many small withdrawals to recipients that burn all gas.
   *
   * @returns Number of accepted ones.
   */
  async rush(operator: Operator): Promise<number> {
    const { users, oddRecipients } = this.#chain;
    for (const odd of oddRecipients) {
      await this.#chain.act(async () => (await odd.setBehavior(BURN_GAS)).wait());
    }
    for (const { l1, address } of users) {
      const client = await connectRollup(this.#chain.client, l1);
      await this.#chain.request(() => client.depositEth(toChecksumAddress(address), 10n));
    }
    await operator.syncL1();
    let accepted = 0;
    for (const user of this.#random.shuffle(users)) {
      for (let count = 0; count < RUSH; count++) {
        const { state } = operator;
        const accountId = state.accountIdOf(user.address);
        const account = state.account(accountId ?? 0);
        const key = user.keys.find(({ pubKeyHash }) => pubKeyHash === account.pubKeyHash);
        if (accountId === undefined || key === undefined || state.balance(accountId, 0) === 0n)
          break;
        const recipient = this.#random.pick(oddRecipients).address;
        const validity = { validFrom: 0n, validUntil: TIMESTAMP_MAX };
        const common = { accountId, tokenId: 0, fee: 0n, nonce: account.nonce, ...validity };
        const transaction: Transaction = { type: "withdraw", ...common, recipient, amount: 1n };
        if (!(await this.#submit(operator, [{ transaction, key, authorization: "0x" }]))) break;
        accepted++;
      }
    }
    return accepted;
  }

  /** Submits one transaction or a batch. @returns Whether it was accepted. */
  async transact(operator: Operator): Promise<boolean> {
    const length = this.#random.int(6) === 0 ? 2 + this.#random.int(4) : 1;
    const parts: UnsignedPart[] = [];
    const { state } = operator;
    const nonces = new Map<number, number>();
    for (let i = 0; i < length; i++) parts.push(await this.#part(state, nonces));
    if (parts.some(({ authorization }) => authorization === ON_CHAIN_AUTHORIZATION)) {
      await operator.syncL1();
    }
    return this.#submit(operator, parts);
  }

  /** Pays, signs and submits. @returns Whether it was accepted. */
  async #submit(operator: Operator, parts: readonly UnsignedPart[]): Promise<boolean> {
    const { refusals, pay, submit } = this.#habits;
    try {
      await submit(operator, this.#sign(await pay(operator, parts)));
      return true;
    } catch (error) {
      if (!isRollupError(error) || !refusals.includes(error.code)) throw error;
      return false;
    }
  }

  /**
   * Stores a fact, uses its key at once, and arms its reset. Each step is legal; together they let
   * the owner revoke the key a day later, at the moment of a commit.
   *
   * @returns Whether the operator has accepted the key.
   */
  async armReset(operator: Operator): Promise<boolean> {
    const armed = this.#pickArmed(operator.state);
    if (armed === undefined) return false;
    await this.#setFact(armed);
    await operator.syncL1();
    const { user, accountId, nonce } = armed;
    const key = user.keys.find(({ pubKeyHash }) => pubKeyHash === armed.pubKeyHash)!;
    const validity = { validFrom: 0n, validUntil: TIMESTAMP_MAX };
    const common = { accountId, tokenId: 0, fee: 0n, nonce, ...validity };
    const transaction: Transaction = { type: "changePubKey", ...common };
    const part = { transaction, key, authorization: ON_CHAIN_AUTHORIZATION };
    const isAccepted = await this.#submit(operator, [part]);
    await this.#setFact({ ...armed, pubKeyHash: 1n });
    this.#armed = [...this.#armed, armed].slice(-ARMED_MAX);
    return isAccepted;
  }

  /**
   * Carries out the reset that was armed last, after its delay.
   *
   * @returns Whether there was one.
   */
  async carryOutReset(): Promise<boolean> {
    const armed = this.#armed.pop();
    if (armed === undefined) return false;
    const { user, accountId, nonce } = armed;
    const { contract } = this.#chain.client;
    const availableAt = await contract.authResetAvailableAt(user.l1.address, accountId, nonce);
    const waitSeconds = Number(availableAt) - this.#chain.now;
    if (availableAt === 0n || waitSeconds > RESET_WAIT_MAX_SECONDS) return false;
    if (waitSeconds > 0) await this.#chain.passTime(waitSeconds);
    await this.#setFact({ ...armed, pubKeyHash: 2n });
    return true;
  }

  /** Deploys a wallet, preferably one with a key that the operator has accepted. */
  async deployWallet(state: RollupState): Promise<boolean> {
    const { provider } = this.#chain.rollup.ethers;
    const missing: SimUser[] = [];
    for (const user of this.#chain.users) {
      if (user.wallet === undefined) continue;
      const code = await provider.getCode(toChecksumAddress(user.address));
      if (code === "0x") missing.push(user);
    }
    const hasKey = ({ address }: SimUser) =>
      state.account(state.accountIdOf(address) ?? 0).pubKeyHash > 0n;
    const user = missing.find(hasKey) ?? missing[0];
    if (user !== undefined) await this.#chain.deployWallet(user);
    return user !== undefined;
  }

  #pickArmed(state: RollupState): Armed | undefined {
    const owners = this.#chain.users.filter(
      ({ address, wallet }) => wallet === undefined && state.accountIdOf(address) !== undefined,
    );
    if (owners.length === 0) return undefined;
    const user = this.#random.pick(owners);
    const accountId = state.accountIdOf(user.address)!;
    const { nonce } = state.account(accountId);
    return { user, accountId, nonce, pubKeyHash: this.#random.pick(user.keys).pubKeyHash };
  }

  /** Stores a fact, or arms or carries out its reset; the contract decides which. */
  async #setFact({ user, ...claim }: Armed): Promise<void> {
    const client = await connectRollup(this.#chain.client, user.l1);
    await this.#chain.request(() => client.setAuthPubKeyHash(claim)).catch(ignoreL1Refusal);
  }

  /** Withdraws a pending balance. */
  async withdrawPending(owner: bigint, token: string): Promise<void> {
    const client = await connectRollup(this.#chain.client, this.#chain.users[0]!.l1);
    const to = toChecksumAddress(owner);
    await this.#chain
      .request(() => client.withdrawPendingBalance(to, token))
      .catch(ignoreL1Refusal);
  }

  /** Signs all as one batch. */
  #sign(parts: readonly UnsignedPart[]): Submission[] {
    const transactions = parts.map(({ transaction }) => transaction);
    return parts.map(({ key, authorization, transaction: { accountId } }, index) => {
      const signed = key.signBatch(transactions, accountId, this.#domain)[index];
      return { transaction: signed as SignedTransaction, authorization };
    });
  }

  async #part(state: RollupState, nonces: Map<number, number>): Promise<UnsignedPart> {
    const { users } = this.#chain;
    const owners = users.filter(({ address }) => state.accountIdOf(address) !== undefined);
    const isOwner = owners.length > 0 && this.#random.int(8) > 0;
    const user = this.#random.pick(isOwner ? owners : users);
    const accountId = state.accountIdOf(user.address) ?? 0;
    const nonce = nonces.get(accountId) ?? state.account(accountId).nonce;
    nonces.set(accountId, nonce + 1);
    const { pubKeyHash } = state.account(accountId);
    const current = user.keys.find((key) => key.pubKeyHash === pubKeyHash);
    if (current === undefined || this.#random.int(15) === 0) {
      return this.#changeKey(user, accountId, nonce);
    }
    const transaction = this.#draft(state, accountId, nonce);
    return { transaction, key: current, authorization: "0x" };
  }

  #draft(state: RollupState, accountId: number, nonce: number): Transaction {
    const random = this.#random;
    const tokenId = random.int(this.#chain.tokens.length);
    const balance = state.balance(accountId, tokenId);
    const fee = balance < 2000n ? 0n : random.bigint(10);
    const part = (balance - fee) / BigInt(1 + random.int(4));
    const end = random.int(8) === 0 ? BigInt(this.#chain.now + random.int(40)) : TIMESTAMP_MAX;
    const recipient = random.pick(this.#addresses());
    const common = { accountId, tokenId, nonce, fee, validFrom: 0n, validUntil: end, recipient };
    const type = random.pick(["transfer", "transfer", "withdraw", "forcedExit"] as const);
    const amount = type === "transfer" ? closestPackableAmountBelow(part) : part;
    return type === "forcedExit" ? { type, ...common } : { type, ...common, amount };
  }

  async #changeKey(user: SimUser, accountId: number, nonce: number): Promise<UnsignedPart> {
    const { wallet } = user;
    // The only consent of an undeployed wallet is its address, which names one key.
    const key = wallet === undefined ? this.#random.pick(user.keys) : user.keys[0];
    const validity = { validFrom: 0n, validUntil: TIMESTAMP_MAX };
    const common = { accountId, tokenId: 0, fee: 0n, nonce, ...validity };
    const transaction: Transaction = { type: "changePubKey", ...common };
    const { pubKeyHash } = key;
    if (wallet !== undefined) {
      return { transaction, key, authorization: encodeCreate2Authorization(wallet) };
    }
    if (this.#random.int(3) === 0) {
      const client = await connectRollup(this.#chain.client, user.l1);
      await this.#chain
        .request(() => client.setAuthPubKeyHash({ pubKeyHash, accountId, nonce }))
        .catch(ignoreL1Refusal);
      return { transaction, key, authorization: ON_CHAIN_AUTHORIZATION };
    }
    const claim = { pubKeyHash, nonce, accountId };
    const authorization = await signChangePubKey(user.l1, this.#chain.client, claim);
    return { transaction, key, authorization };
  }

  #addresses(): bigint[] {
    const { users, oddRecipients, freshAddresses } = this.#chain;
    return [...[...users, ...oddRecipients].map(({ address }) => address), ...freshAddresses];
  }
}

/** Ignores refusals of L1: a token may misbehave, a reset may be too early. */
function ignoreL1Refusal(error: unknown): void {
  if (!isRollupError(error) || error.code !== "L1_REVERTED") throw error;
}
