/** The owner of an account on L1: deposits, exits on request, and what L1 owes the owner. */
import { Contract, getAddress, type Provider, type Signer } from "ethers";
import { connectRollup, type PriorityRequestResult, type RollupClient } from "../l1/client.ts";
import { assertRollupAt } from "../l1/presence.ts";
import { readContract } from "../l1/reverts.ts";
import { settingText } from "../l1/second-factor.ts";
import { DEPOSIT_AMOUNT_MAX, ETH_TOKEN_ID } from "../protocol/constants.ts";
import { RollupAccount } from "./account.ts";
import type { TokenSource } from "./drafts.ts";
import { sdkError } from "./errors.ts";
import { type TokenReference } from "./fee-params.ts";
import { RequestHandle } from "./handles.ts";
import { option, readInput } from "./inputs.ts";
import { assertL1Chain } from "./l1-chain.ts";
import {
  depositParams,
  type DepositParams,
  type ApprovalParams,
  approvalParams,
  fullExitParams,
  type FullExitParams,
  type PendingParams,
  type PendingPayment,
  pendingParams,
  secondFactorParams,
  type SecondFactorParams,
} from "./params.ts";
import { findToken, type RollupProvider, type SecondFactor, type Token } from "./provider.ts";

/** Time that a setting has to reach the operator. */
const SETTING_SECONDS = 60n * 60n;

/** Accepts a signer of any loaded copy of ethers. */
const l1SignerInput = option(
  "a signer of ethers",
  (value): value is Signer =>
    typeof value === "object" &&
    value !== null &&
    ["getAddress", "signMessage", "sendTransaction"].every(
      (method) => typeof Reflect.get(value, method) === "function",
    ),
);

/** An owner on L1, with a client of the contract that was checked. */
export interface OwnerOnL1 {
  readonly l1Signer: Signer;
  readonly l1: RollupClient;
  /** Address of the signer. */
  readonly l1Address: string;
}

/**
 * Connects an owner to the contract, and checks that it is the rollup that the node serves.
 *
 * @param trusted - Address of the contract, if the caller has it from somebody trusted.
 * @throws L1_SIGNER_WITHOUT_PROVIDER, ROLLUP_REPLACED, L1_CHAIN_MISMATCH, ROLLUP_NOT_FOUND,
 * OPTION_INVALID
 */
export async function connectOwner(
  l1Signer: Signer,
  provider: RollupProvider,
  trusted: string | undefined,
): Promise<OwnerOnL1> {
  const l1Address = getAddress(await readInput(l1SignerInput, l1Signer, "l1Signer").getAddress());
  if (l1Signer.provider === null) {
    throw sdkError({ code: "L1_SIGNER_WITHOUT_PROVIDER", address: l1Address });
  }
  const l1 = await connectContract(l1Signer, l1Signer.provider, provider, trusted);
  return { l1Signer, l1, l1Address };
}

/**
 * Connects to the contract that the node serves, and checks that it is the expected rollup.
 *
 * @param runner - Of L1: a signer, or the provider itself.
 * @param trusted - Address of the contract, if the caller has it from somebody trusted.
 * @throws ROLLUP_REPLACED, L1_CHAIN_MISMATCH, ROLLUP_NOT_FOUND
 */
export async function connectContract(
  runner: Signer | Provider,
  l1Provider: Provider,
  provider: RollupProvider,
  trusted: string | undefined,
): Promise<RollupClient> {
  const { chainId, rollupAddress } = await provider.getConfig();
  const current = getAddress(rollupAddress);
  const { pinned } = provider;
  const expected = trusted ?? pinned?.rollupAddress ?? current;
  if (pinned !== undefined) assertL1Chain(pinned.chainId, chainId);
  if (current !== expected) {
    throw sdkError({ code: "ROLLUP_REPLACED", rollupAddress: expected, current });
  }
  const l1 = await connectRollup({ rollupAddress }, runner);
  assertL1Chain(chainId, l1.chainId);
  await assertRollupAt(l1Provider, rollupAddress);
  return l1;
}

interface Erc20 {
  allowance(owner: string, spender: string): Promise<bigint>;
  balanceOf(owner: string): Promise<bigint>;
}
const ERC20_ABI = [
  "function allowance(address owner, address spender) view returns (uint256)",
  "function balanceOf(address owner) view returns (uint256)",
];

/**
 * The owner of an account, with a key on L1 and none on L2. `Rollup.owner` makes one; a
 * `RollupWallet` is one, too.
 *
 * @example
 * const rollup = await connect(ethers.provider);
 * const [, , , signer] = await ethers.getSigners();
 * const owner = await rollup.owner(signer);
 * await owner.deposit({ token: "ETH", amount: 1000n });
 * await owner.getBalance("ETH"); // 1000n
 */
export class OwnerWallet extends RollupAccount {
  /** The Ethereum wallet, which pays for gas on L1. */
  readonly l1Signer: Signer;
  /** The contract on L1. */
  protected readonly l1: RollupClient;
  /** Finds tokens and checks them on L1. */
  protected readonly tokens: TokenSource = { getToken: (reference) => this.getToken(reference) };
  /** Tokens by id, as L1 lists them. */
  readonly #known = new Map<number, Token>();

  /** Use `Rollup.owner`. */
  constructor(address: string, provider: RollupProvider, { l1Signer, l1 }: OwnerOnL1) {
    super(address, provider);
    this.l1Signer = l1Signer;
    this.l1 = l1;
  }

  /**
   * Finds a token and checks it on L1: a signature covers the id only, and an operator could give
   * any token any name and any decimals.
   *
   * @param reference - Symbol, L1 address or id.
   * @returns The token as L1 lists it.
   * @throws TOKEN_UNKNOWN, also if L1 lists another token under the id; L1_REVERTED
   *
   * @example
   * (await alice.getToken("ETH")).decimals; // 18
   */
  async getToken(reference: TokenReference): Promise<Token> {
    const { id, address } = await this.provider.getToken(reference);
    const known = this.#known.get(id);
    // Another token may have the id after a test chain has restored a snapshot.
    const isSame = known?.address.toLowerCase() === address.toLowerCase();
    const token = isSame ? known : await this.l1.readListedToken(id);
    this.#known.set(id, token);
    return findToken([token], reference);
  }

  /**
   * Returns the balance of the L1 signer on L1.
   *
   * @param token - Symbol, L1 address or id.
   * @returns In the token's smallest unit.
   * @throws TOKEN_UNKNOWN
   *
   * @example
   * await alice.getL1Balance("ETH") > 0n; // true
   */
  async getL1Balance(token: TokenReference): Promise<bigint> {
    const { id, address } = await this.getToken(token);
    const owner = await this.l1Signer.getAddress();
    if (id === ETH_TOKEN_ID) return this.#l1Provider.getBalance(owner);
    return readContract("balanceOf", () => this.#erc20(address).balanceOf(owner));
  }

  // ------------------------------------------------------------------------------------ from L1

  /**
   * Deposits from L1; approves the ERC-20 amount first if the allowance is too low. Resolves when
   * mined.
   *
   * @param params - `token`; `amount`, 1 to 2^104 - 1 of the token's smallest unit; `to`, owner of
   * the L2 account (default: the wallet's address).
   * @returns A handle on the request.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * DEPOSIT_AMOUNT_INVALID, ROLLUP_REPLACED, L1_REVERTED
   *
   * @example
   * const deposit = await alice.deposit({ token: "ETH", amount: ethers.parseEther("1") });
   * (await deposit.wait()).status; // "executed"
   * await alice.getBalance("ETH"); // 11_000_000_000_000_000_000n
   */
  async deposit(params: DepositParams): Promise<RequestHandle> {
    const { token, amount, to: owner = this.address } = readInput(depositParams, params);
    if (amount === 0n || amount > DEPOSIT_AMOUNT_MAX) {
      throw sdkError({ code: "DEPOSIT_AMOUNT_INVALID", amount, maximum: DEPOSIT_AMOUNT_MAX });
    }
    const { id, address } = await this.tokens.getToken(token);
    await this.provider.assertRollup(this.l1);
    if (id === ETH_TOKEN_ID) return this.#handle(await this.l1.depositEth(owner, amount));
    await this.#approve(address, amount);
    return this.#handle(await this.l1.depositErc20(address, amount, owner));
  }

  /**
   * Requests on L1 that all of a token is paid out; no operator can refuse it. Resolves when mined.
   *
   * L1 takes a request about any account, and pays nothing if the sender does not own it. A node
   * names the id of the owner's account, and only all blocks on L1 could prove it wrong: a request
   * with a wrong one costs gas and its fee, and pays nothing. With `accountId` no node is asked.
   *
   * @param params - `token`: symbol, L1 address or id; `accountId`, if it is known for certain.
   * @returns A handle on the request.
   * @throws TOKEN_UNKNOWN, OPTION_INVALID, OPTION_UNKNOWN, ADDRESS_WITHOUT_ACCOUNT,
   * ROLLUP_REPLACED, L1_REVERTED, also for an `accountId` that no account can have
   *
   * @example
   * const exit = await alice.requestFullExit({ token: "ETH" });
   * await exit.wait();
   * await alice.getBalance("ETH"); // 0n
   */
  async requestFullExit(params: FullExitParams): Promise<RequestHandle> {
    const { token, accountId } = readInput(fullExitParams, params);
    const [id, { address }] =
      accountId === undefined
        ? await this.#askForExit(token)
        : [accountId, await this.#tokenOnL1(token)];
    return this.#handle(await this.l1.requestFullExit(id, address));
  }

  /** The owner's account and a token, as the node names them. */
  async #askForExit(token: TokenReference): Promise<[accountId: number, token: Token]> {
    const found = await this.tokens.getToken(token);
    const accountId = await this.accountId();
    await this.provider.assertRollup(this.l1);
    return [accountId, found];
  }

  /**
   * Demands the owner's Ethereum signature, besides that of the L2 key, for what leaves the account
   * above a limit: transfers, withdrawals and fees. The owner signs the setting, whose text the
   * Ethereum wallet shows.
   *
   * It is policy of this operator, not a rule of the rollup: see docs/second-factor.md.
   *
   * @param params - `token`; `limit` for a day in its smallest unit: 0 for always, null for never.
   * @returns The second factor from then on.
   * @throws TOKEN_UNKNOWN, OPTION_INVALID, OPTION_UNKNOWN, ADDRESS_WITHOUT_ACCOUNT,
   * OWNER_IS_NO_KEY, SECOND_FACTOR_OUTDATED, SECOND_FACTOR_LIMITS_FULL, SECOND_FACTOR_INVALID
   *
   * @example
   * const limit = ethers.parseEther("1");
   * await alice.setSecondFactor({ token: "ETH", limit });
   * (await alice.secondFactor()).limits[0].left; // 1_000_000_000_000_000_000n
   * const [to, amount] = [bob.address, ethers.parseEther("2")];
   * const payment = await alice.transfer({ to, token: "ETH", amount });
   * payment.receipt.status; // "accepted"
   */
  async setSecondFactor(params: SecondFactorParams): Promise<SecondFactor> {
    const { token: reference, limit } = readInput(secondFactorParams, params);
    await this.assertOwnKey();
    const token = await this.textToken((await this.tokens.getToken(reference)).id);
    const { id: accountId } = await this.existingAccount();
    const { nonce } = (await this.secondFactor())!;
    const { timestamp } = (await this.#l1Provider.getBlock("latest"))!;
    const validUntil = BigInt(timestamp) + SETTING_SECONDS;
    const content = { accountId, tokenId: token.id, nonce, validUntil };
    const text = settingText({ ...content, limit: limit ?? undefined }, () => token, this.l1);
    const signature = await this.l1Signer.signMessage(text);
    return this.provider.setSecondFactor({ ...content, limit, signature });
  }

  /** Asserts that the L1 signer is the owner itself. @throws OWNER_IS_NO_KEY */
  protected async assertOwnKey(): Promise<void> {
    const signer = getAddress(await this.l1Signer.getAddress());
    if (signer === this.address) return;
    throw sdkError({ code: "OWNER_IS_NO_KEY", address: this.address, signer });
  }

  /**
   * A token as texts name it: by the address and decimals that L1 has, and the symbol that the
   * operator has read, which its contract may have changed.
   *
   * @param tokenId - Id of a listed token.
   * @returns The token.
   * @throws TOKEN_UNKNOWN
   */
  protected async textToken(tokenId: number): Promise<Token> {
    const { symbol } = await this.provider.getToken(tokenId);
    return { ...(await this.tokens.getToken(tokenId)), symbol };
  }

  /**
   * Returns the fee that L1 takes for each deposit and full exit, beside gas. It may change until
   * the request is sent; the contract has a maximum, `requestFeeMaxWei`.
   *
   * @returns In wei.
   *
   * @example
   * await alice.getRequestFee(); // 0n
   */
  getRequestFee(): Promise<bigint> {
    return this.l1.readRequestFee();
  }

  /**
   * Returns how much of a token the contract may take for deposits.
   *
   * @param token - Symbol, L1 address or id; not ETH, which needs no allowance.
   * @returns In the token's smallest unit.
   * @throws TOKEN_UNKNOWN
   *
   * @example
   * await alice.getDepositAllowance("TST"); // throws TOKEN_UNKNOWN
   */
  async getDepositAllowance(token: TokenReference): Promise<bigint> {
    const { address } = await this.getToken(token);
    return this.#allowance(address);
  }

  async #allowance(token: string): Promise<bigint> {
    const owner = await this.l1Signer.getAddress();
    const { rollupAddress } = this.l1;
    return readContract("allowance", () => this.#erc20(token).allowance(owner, rollupAddress));
  }

  /**
   * Allows the contract to take a token for deposits; `deposit` does so by itself for its amount.
   * Resolves when mined.
   *
   * @param params - `token`, not ETH; `amount` in its smallest unit: 0 allows nothing any more.
   * @throws TOKEN_UNKNOWN, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN, ROLLUP_REPLACED,
   * L1_REVERTED
   *
   * @example
   * await alice.approveDeposits({ token: "TST", amount: 5n }); // throws TOKEN_UNKNOWN
   */
  async approveDeposits(params: ApprovalParams): Promise<void> {
    const { token, amount } = readInput(approvalParams, params);
    const { address } = await this.getToken(token);
    await this.provider.assertRollup(this.l1);
    if (amount === 0n) await this.l1.approve(address, 0n);
    else await this.#approve(address, amount);
  }

  /**
   * Returns what L1 owes the owner because a payout failed, or a request fee was returned.
   *
   * @param token - Symbol, L1 address or id.
   * @returns In the token's smallest unit.
   * @throws TOKEN_UNKNOWN
   *
   * @example
   * await alice.getPendingBalance("ETH"); // 0n
   */
  async getPendingBalance(token: TokenReference): Promise<bigint> {
    const { address } = await this.getToken(token);
    return this.#pendingIn(address);
  }

  #pendingIn(token: string): Promise<bigint> {
    const { contract } = this.l1;
    return readContract("pendingBalance", () => contract.pendingBalance(this.address, token));
  }

  /**
   * Has L1 pay what it owes the owner, see {@link OwnerWallet.getPendingBalance}. It needs no
   * operator. Resolves when mined.
   *
   * @param params - `token`; default: all listed tokens in which something is owed.
   * @returns What was paid, token by token; empty if nothing is owed.
   * @throws TOKEN_UNKNOWN, OPTION_INVALID, OPTION_UNKNOWN, L1_REVERTED
   *
   * @example
   * await alice.withdrawPending(); // []
   */
  async withdrawPending(params: PendingParams = {}): Promise<PendingPayment[]> {
    const { token } = readInput(pendingParams, params);
    const tokens = token === undefined ? await this.#listedOnL1() : [await this.#tokenOnL1(token)];
    const paid: PendingPayment[] = [];
    for (const found of tokens) {
      const amount = await this.#pendingIn(found.address);
      if (amount === 0n) continue;
      const { hash } = await this.l1.withdrawPendingBalance(this.address, found.address);
      paid.push({ token: found, amount, hash });
    }
    return paid;
  }

  /** Finds a token without any operator. @throws TOKEN_UNKNOWN */
  async #tokenOnL1(reference: TokenReference): Promise<Token> {
    if (typeof reference !== "number") return findToken(await this.#listedOnL1(), reference);
    const isListed = reference >= 0 && reference < (await this.#countOnL1());
    return findToken(isListed ? [await this.l1.readListedToken(reference)] : [], reference);
  }

  /** All tokens as L1 lists them, because no operator shall be needed. */
  async #listedOnL1(): Promise<Token[]> {
    const ids = Array.from({ length: await this.#countOnL1() }, (_, id) => id);
    return Promise.all(ids.map((id) => this.l1.readListedToken(id)));
  }

  async #countOnL1(): Promise<number> {
    return Number(await readContract("tokenCount", () => this.l1.contract.tokenCount()));
  }

  get #l1Provider(): Provider {
    return this.l1Signer.provider!;
  }

  #erc20(token: string): Erc20 {
    return new Contract(token, ERC20_ABI, this.l1Signer) as unknown as Erc20;
  }

  /** Clears the allowance first, because tokens such as USDT refuse to change one that is not 0. */
  async #approve(token: string, amount: bigint): Promise<void> {
    const allowance = await this.#allowance(token);
    if (allowance >= amount) return;
    const amounts = allowance === 0n ? [amount] : [0n, amount];
    for (const allowed of amounts) {
      await this.l1.approve(token, allowed);
    }
  }

  #handle({ requestId, transaction }: PriorityRequestResult): RequestHandle {
    return new RequestHandle(this.provider, this.l1, { hash: transaction.hash, requestId });
  }
}
