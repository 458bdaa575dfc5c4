/** Batches: transactions that are included together or not at all; see docs/batches.md. */
import type { Transaction } from "../operations/transaction.ts";
import {
  type Draft,
  draftForcedExit,
  draftTransfer,
  draftWithdraw,
  type TokenSource,
} from "./drafts.ts";
import type { BatchHandle } from "./handles.ts";
import type { ForcedExitParams, TransferParams, WithdrawParams } from "./params.ts";
import type { RollupProvider } from "./provider.ts";

/** The part of a wallet that a batch needs. */
export interface BatchWallet {
  readonly address: string;
  readonly provider: RollupProvider;
  readonly tokens: TokenSource;
  /** Turns drafts into transactions with consecutive nonces. */
  prepare(drafts: readonly Draft[]): Promise<Transaction[]>;
  /** Prepares and signs drafts, and submits them before the wallet sends anything else. */
  submit(drafts: readonly Draft[]): Promise<BatchHandle>;
}

/**
 * Collects transactions of one wallet, in the order in which they are applied.
 *
 * @example
 * const batch = alice
 *   .batch()
 *   .transfer({ to: bob.address, token: "ETH", amount: 5n })
 *   .withdraw({ token: "ETH", amount: 7n });
 * const receipts = await (await batch.send()).wait();
 * receipts.map(({ type }) => type); // ["transfer", "withdraw"]
 * receipts[0].blockNumber === receipts[1].blockNumber; // true
 */
export class TransactionBatch {
  readonly #wallet: BatchWallet;
  readonly #drafts: (() => Promise<Draft>)[] = [];

  /** @param wallet - Use `RollupWallet.batch`, which passes it. */
  constructor(wallet: BatchWallet) {
    this.#wallet = wallet;
  }

  /**
   * Adds a transfer. `params` are checked by {@link TransactionBatch.prepare} or `send`.
   *
   * @param params - As of `RollupWallet.transfer`; nonces follow the order of the batch.
   * @returns This batch.
   */
  transfer(params: TransferParams): this {
    return this.#add((tokens) => draftTransfer(tokens, params));
  }

  /**
   * Adds a withdrawal, as {@link TransactionBatch.transfer} adds a transfer.
   *
   * @param params - As of `RollupWallet.withdraw`.
   * @returns This batch.
   */
  withdraw(params: WithdrawParams): this {
    const { address } = this.#wallet;
    return this.#add((tokens) => draftWithdraw(tokens, address, params));
  }

  /**
   * Adds a forced exit, as {@link TransactionBatch.transfer} adds a transfer.
   *
   * @param params - As of `RollupWallet.forcedExit`.
   * @returns This batch.
   */
  forcedExit(params: ForcedExitParams): this {
    return this.#add((tokens) => draftForcedExit(tokens, params));
  }

  /**
   * Returns the transactions without signing or sending them, for a batch of several wallets. Put
   * the transactions of all into one list, pass the list through `signBatch` of each wallet, and
   * then to `RollupProvider.submitBatch`.
   *
   * @returns The transactions, unsigned, with consecutive nonces.
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * ADDRESS_WITHOUT_ACCOUNT
   *
   * @example
   * const toBob = { to: bob.address, token: "ETH", amount: 5n };
   * const toAlice = { to: alice.address, token: "ETH", amount: 3n };
   * const first = await alice.batch().transfer(toBob).prepare();
   * const second = await bob.batch().transfer(toAlice).prepare();
   * const signed = await bob.signBatch(await alice.signBatch([...first, ...second]));
   * (await provider.submitBatch(signed)).map(({ status }) => status); // ["accepted", "accepted"]
   */
  async prepare(): Promise<Transaction[]> {
    return this.#wallet.prepare(await this.#draftAll());
  }

  /**
   * Signs the batch and submits it. The operator accepts all of it or nothing.
   *
   * @returns A handle on the accepted transactions.
   * @throws as {@link TransactionBatch.prepare} and `RollupProvider.submitBatch`
   */
  async send(): Promise<BatchHandle> {
    return this.#wallet.submit(await this.#draftAll());
  }

  #add(draft: (tokens: TokenSource) => Promise<Draft>): this {
    this.#drafts.push(() => draft(this.#wallet.tokens));
    return this;
  }

  #draftAll(): Promise<Draft[]> {
    return Promise.all(this.#drafts.map((draft) => draft()));
  }
}
