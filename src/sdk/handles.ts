/** What a wallet gives back at once for something that takes its time. */
import type { Stage } from "../protocol/stages.ts";
import type { RollupIdentity } from "./key-derivation.ts";
import type { RequestReceipt, RollupProvider, TransactionReceipt } from "./provider.ts";

/** An accepted L2 transaction. */
export class TransactionHandle {
  readonly hash: string;
  /** As it was when the transaction was accepted. */
  readonly receipt: TransactionReceipt;
  readonly #provider: RollupProvider;

  constructor(provider: RollupProvider, receipt: TransactionReceipt) {
    this.hash = receipt.hash;
    this.receipt = receipt;
    this.#provider = provider;
  }

  /** @throws The code for which it could not be included after all. */
  wait(stage: Stage = "executed"): Promise<TransactionReceipt> {
    return this.#provider.waitForReceipt(this.hash, stage);
  }
}

/** Accepted L2 transactions of one batch. */
export class BatchHandle {
  /** As they were when the batch was accepted, in its order. */
  readonly receipts: readonly TransactionReceipt[];
  readonly #provider: RollupProvider;

  constructor(provider: RollupProvider, receipts: readonly TransactionReceipt[]) {
    this.receipts = receipts;
    this.#provider = provider;
  }

  /** @throws The code for which the batch could not be included after all. */
  wait(stage: Stage = "executed"): Promise<TransactionReceipt[]> {
    const waiting = this.receipts.map(({ hash }) => this.#provider.waitForReceipt(hash, stage));
    return Promise.all(waiting);
  }
}

/** A deposit or full exit, mined on L1. */
export class RequestHandle {
  /** Of the L1 transaction. */
  readonly hash: string;
  /** Place in the contract's priority queue. */
  readonly requestId: number;
  readonly #provider: RollupProvider;
  readonly #rollup: RollupIdentity;

  constructor(
    provider: RollupProvider,
    rollup: RollupIdentity,
    { hash, requestId }: { readonly hash: string; readonly requestId: number },
  ) {
    this.hash = hash;
    this.requestId = requestId;
    this.#provider = provider;
    this.#rollup = rollup;
  }

  /**
   * @returns The receipt of the request on L2. With `refunded` it is that of a deposit which L1
   * pays back to its owner, as L2 has no place for it.
   * @throws ROLLUP_REPLACED: then the number would be that of somebody else's request.
   */
  async wait(stage: Stage = "executed"): Promise<RequestReceipt> {
    const receipt = await this.#provider.waitForPriorityRequest(this.requestId, stage);
    await this.#provider.assertRollup(this.#rollup);
    return receipt;
  }
}
