/** Transactions of one wallet that the operator accepts all or none; see docs/batches.md. */
import {
  type Draft,
  draftForcedExit,
  draftTransfer,
  draftWithdraw,
  type ForcedExitParams,
  type TransferParams,
  type WithdrawParams,
} from "./drafts.ts";
import { BatchHandle } from "./handles.ts";
import type { RollupProvider, SignedTransactionParam, TransactionReceipt } from "./provider.ts";

/** What a batch needs of its wallet. */
export interface BatchWallet {
  readonly address: string;
  readonly provider: RollupProvider;
  /** Signs drafts with consecutive nonces. */
  sign(drafts: readonly Draft[]): Promise<SignedTransactionParam[]>;
  /** The same, and submits them before the wallet sends anything else. */
  submit(drafts: readonly Draft[]): Promise<TransactionReceipt[]>;
}

/**
 * Collects transactions in the order in which they will be applied.
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
    return this.#add((provider) => draftTransfer(provider, params));
  }

  withdraw(params: WithdrawParams): this {
    const to = params.to ?? this.#wallet.address;
    return this.#add((provider) => draftWithdraw(provider, { ...params, to }));
  }

  forcedExit(params: ForcedExitParams): this {
    return this.#add((provider) => draftForcedExit(provider, params));
  }

  /**
   * Signs the transactions and does not send them: for a batch of several wallets, whose parts go
   * to `RollupProvider.submitBatch` together.
   *
   * @throws TOKEN_UNKNOWN, ADDRESS_INVALID, ADDRESS_WITHOUT_ACCOUNT
   */
  async sign(): Promise<SignedTransactionParam[]> {
    return this.#wallet.sign(await this.#draftAll());
  }

  /** @throws as {@link TransactionBatch.sign}, and as `RollupProvider.submitBatch`. */
  async send(): Promise<BatchHandle> {
    const receipts = await this.#wallet.submit(await this.#draftAll());
    return new BatchHandle(this.#wallet.provider, receipts);
  }

  #add(draft: (provider: RollupProvider) => Promise<Draft>): this {
    this.#drafts.push(() => draft(this.#wallet.provider));
    return this;
  }

  #draftAll(): Promise<Draft[]> {
    return Promise.all(this.#drafts.map((draft) => draft()));
  }
}
