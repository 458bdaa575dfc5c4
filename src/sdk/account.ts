/** One account of one rollup, as anybody may look at it. */
import { opsError } from "../operations/errors.ts";
import type { TokenReference } from "./fee-params.ts";
import type { AccountTransaction } from "./history.ts";
import type { HistoryOptions } from "./provider-params.ts";
import type { AccountInfo, Balances, RollupProvider, SecondFactor } from "./provider.ts";

/**
 * The account of one owner, without any key: it only reads. `Rollup.watchOnly` makes one.
 *
 * @example
 * const account = (await connect(ethers.provider)).watchOnly(bob.address);
 * await account.getBalance("ETH"); // 10_000_000_000_000_000_000n
 */
export class RollupAccount {
  /** L1 address that owns the L2 account, with its checksum. */
  readonly address: string;
  /** The operator's API. */
  readonly provider: RollupProvider;

  /**
   * @param address - L1 address of the owner, with its checksum.
   * @param provider - The operator's API.
   */
  constructor(address: string, provider: RollupProvider) {
    this.address = address;
    this.provider = provider;
  }

  /** Returns the owner's account, or null if it has none yet. */
  getAccount(): Promise<AccountInfo | null> {
    return this.provider.getAccount(this.address);
  }

  /** Returns the id of the owner's account. @throws ADDRESS_WITHOUT_ACCOUNT */
  async accountId(): Promise<number> {
    return (await this.existingAccount()).id;
  }

  /** Returns the nonce of the next transaction, from 0 on. @throws ADDRESS_WITHOUT_ACCOUNT */
  async getNonce(): Promise<number> {
    return (await this.existingAccount()).nonce;
  }

  /**
   * Returns the balance on L2, with everything that is accepted.
   *
   * @param token - Symbol, L1 address or id.
   * @returns The balance in the token's smallest unit; 0 without an account.
   * @throws TOKEN_UNKNOWN
   *
   * @example
   * await bob.getBalance("ETH"); // 10_000_000_000_000_000_000n
   */
  getBalance(token: TokenReference): Promise<bigint> {
    return this.provider.getBalance(this.address, token);
  }

  /**
   * Returns the balance on L2: with everything that is accepted, by the committed blocks, and as it
   * is final.
   *
   * @param token - Symbol, L1 address or id.
   * @returns Three balances in the token's smallest unit; 0 where there is no account.
   * @throws TOKEN_UNKNOWN
   *
   * @example
   * (await alice.getBalances("ETH")).finalized; // 10_000_000_000_000_000_000n
   */
  getBalances(token: TokenReference): Promise<Balances> {
    return this.provider.getBalances(this.address, token);
  }

  /**
   * Returns what may leave the account without its owner's Ethereum signature. It is the policy of
   * this operator: exits on L1 and other operators do not ask for it. See docs/second-factor.md.
   *
   * @returns The limits of a day, and what is left of them; null if there is no account.
   *
   * @example
   * await bob.secondFactor(); // { nonce: 0, limits: [] }
   */
  secondFactor(): Promise<SecondFactor | null> {
    return this.provider.getSecondFactor(this.address);
  }

  /**
   * Reads what has touched the account, the newest first.
   *
   * @param options - As of `RollupProvider.history`.
   * @returns An iterator, for `for await`.
   * @throws OPTION_INVALID, OPTION_UNKNOWN, TOKEN_UNKNOWN
   *
   * @example
   * const types = [];
   * for await (const { type } of alice.history({ type: "deposit" })) types.push(type);
   * types; // ["deposit"]
   */
  history(options: HistoryOptions = {}): AsyncGenerator<AccountTransaction, void, undefined> {
    return this.provider.history(this.address, options);
  }

  /**
   * Finds the account, which must exist.
   *
   * @returns The account.
   * @throws ADDRESS_WITHOUT_ACCOUNT
   */
  protected async existingAccount(): Promise<AccountInfo> {
    const account = await this.getAccount();
    if (account !== null) return account;
    throw opsError({ code: "ADDRESS_WITHOUT_ACCOUNT", address: BigInt(this.address) });
  }
}
