/** Transactions that are included all or none; see docs/batches.md. */
import type { Transaction } from "../operations/transaction.ts";
import {
  type Draft,
  draftForcedExit,
  draftTransfer,
  draftWithdraw,
  type TokenSource,
} from "./drafts.ts";
import { BatchHandle } from "./handles.ts";
import type { ForcedExitParams, TransferParams, WithdrawParams } from "./params.ts";
import type { RollupProvider, TransactionReceipt } from "./provider.ts";

/** What a batch needs of its wallet. */
export interface BatchWallet {
  readonly address: string;
  readonly provider: RollupProvider;
  readonly tokens: TokenSource;
  /** Makes transactions of drafts, with consecutive nonces. */
  prepare(drafts: readonly Draft[]): Promise<Transaction[]>;
  /** Signs them as well, and submits them before the wallet sends anything else. */
  submit(drafts: readonly Draft[]): Promise<TransactionReceipt[]>;
}

/**
 * Collects transactions of one wallet in the order in which they will be applied.
 *
 * @example
 * const batch = wallet.batch().transfer({ to, token: "ETH", amount }).withdraw({ token, amount });
 * const receipts = await (await batch.send()).wait();
 */
export class TransactionBatch {
  readonly #wallet: BatchWallet;
  readonly #drafts: (() => Promise<Draft>)[] = [];

  /** Use `RollupWallet.batch`. */
  constructor(wallet: BatchWallet) {
    this.#wallet = wallet;
  }

  transfer(params: TransferParams): this {
    return this.#add((tokens) => draftTransfer(tokens, params));
  }

  withdraw(params: WithdrawParams): this {
    const { address } = this.#wallet;
    return this.#add((tokens) => draftWithdraw(tokens, address, params));
  }

  forcedExit(params: ForcedExitParams): this {
    return this.#add((tokens) => draftForcedExit(tokens, params));
  }

  /**
   * Neither signs nor sends: for a batch of several wallets. Put their transactions into one list,
   * pass it through `signBatch` of each wallet, and then to `RollupProvider.submitBatch`.
   *
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN,
   * ADDRESS_WITHOUT_ACCOUNT
   */
  async prepare(): Promise<Transaction[]> {
    return this.#wallet.prepare(await this.#draftAll());
  }

  /** @throws as {@link TransactionBatch.prepare}, and as `RollupProvider.submitBatch`. */
  async send(): Promise<BatchHandle> {
    const receipts = await this.#wallet.submit(await this.#draftAll());
    return new BatchHandle(this.#wallet.provider, receipts);
  }

  #add(draft: (tokens: TokenSource) => Promise<Draft>): this {
    this.#drafts.push(() => draft(this.#wallet.tokens));
    return this;
  }

  #draftAll(): Promise<Draft[]> {
    return Promise.all(this.#drafts.map((draft) => draft()));
  }
}
