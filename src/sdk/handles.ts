/** Handles: what a wallet returns at once for work that takes time, and how to wait for it. */
import type { Stage } from "../protocol/stages.ts";
import type { RollupIdentity } from "./key-derivation.ts";
import type { RequestReceipt, RollupProvider, TransactionReceipt } from "./provider.ts";

/**
 * An accepted L2 transaction.
 *
 * @example
 * const handle = await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
 * handle.receipt.status; // "accepted"
 * (await handle.wait("committed")).blockNumber > 0; // true
 */
export class TransactionHandle {
  /** Of the L2 transaction, 32 bytes of 0x-hex. */
  readonly hash: string;
  /** The receipt at acceptance. */
  readonly receipt: TransactionReceipt;
  readonly #provider: RollupProvider;

  constructor(provider: RollupProvider, receipt: TransactionReceipt) {
    this.hash = receipt.hash;
    this.receipt = receipt;
    this.#provider = provider;
  }

  /**
   * Waits until the transaction has reached a stage, without a time limit.
   *
   * @param stage - Default "executed", which is final.
   * @returns The receipt at that stage or a later one.
   * @throws The code of the rejection, if the operator rejects the transaction.
   */
  wait(stage: Stage = "executed"): Promise<TransactionReceipt> {
    return this.#provider.waitForReceipt(this.hash, stage);
  }
}

/**
 * Accepted L2 transactions of one batch.
 *
 * @example
 * const batch = alice
 *   .batch()
 *   .transfer({ to: bob.address, token: "ETH", amount: 5n })
 *   .transfer({ to: bob.address, token: "ETH", amount: 7n });
 * const handle = await batch.send();
 * handle.receipts.map(({ status }) => status); // ["accepted", "accepted"]
 * (await handle.wait("committed")).length; // 2
 */
export class BatchHandle {
  /** The receipts at acceptance, in the order of the batch. */
  readonly receipts: readonly TransactionReceipt[];
  readonly #provider: RollupProvider;

  constructor(provider: RollupProvider, receipts: readonly TransactionReceipt[]) {
    this.receipts = receipts;
    this.#provider = provider;
  }

  /**
   * Waits until all transactions have reached a stage, without a time limit.
   *
   * @param stage - Default "executed", which is final.
   * @returns Their receipts at that stage or a later one, in the order of the batch.
   * @throws The code of the rejection, if the operator rejects the batch.
   */
  wait(stage: Stage = "executed"): Promise<TransactionReceipt[]> {
    const waiting = this.receipts.map(({ hash }) => this.#provider.waitForReceipt(hash, stage));
    return Promise.all(waiting);
  }
}

/**
 * A deposit or full exit, mined on L1.
 *
 * @example
 * const request = await alice.deposit({ token: "ETH", amount: 5n });
 * (await request.wait("accepted")).type; // "deposit"
 */
export class RequestHandle {
  /** Of the L1 transaction, 32 bytes of 0x-hex. */
  readonly hash: string;
  /** Place in the contract's priority queue, counted from 0. */
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
   * Waits until the request has reached a stage, without a time limit.
   *
   * @param stage - Default "executed", which is final.
   * @returns The receipt of the request on L2. `refunded` marks a deposit that L1 pays back to its
   * owner, because L2 has no place for it.
   * @throws ROLLUP_REPLACED, because `requestId` names another request on another rollup.
   */
  async wait(stage: Stage = "executed"): Promise<RequestReceipt> {
    const receipt = await this.#provider.waitForPriorityRequest(this.requestId, stage);
    await this.#provider.assertRollup(this.#rollup);
    return receipt;
  }
}
