/** Handles: what a wallet returns at once for work that takes time, and how to wait for it. */
import type { Stage } from "../protocol/stages.ts";
import { joinAborts, pause } from "../api/abort.ts";
import type { SignedTransaction } from "../operations/transaction.ts";
import { receiptError } from "../receipts/errors.ts";
import { isRollupError } from "../util/errors.ts";
import { sdkError } from "./errors.ts";
import { abortSignal, integer, optionsOf, readInput } from "./inputs.ts";
import type { RollupIdentity } from "./key-derivation.ts";
import type { WaitOptions } from "./provider-params.ts";
import {
  type BlockPromise,
  type InclusionPromise,
  inclusionOfSigned,
  type InclusionWish,
  isOperationOf,
  type PromiseTrust,
  readTrust,
} from "./promises.ts";
import type { RequestReceipt, RollupProvider, TransactionReceipt } from "./provider.ts";

/** Pause before an operator is asked again for a promise that it cannot make yet. */
const PROMISE_PAUSE_MS = 300;
/** Time that a promise is waited for, unless the caller says another. */
const PROMISE_MS_MAX = 60_000;

/** How a promise is waited for. */
export interface PromiseOptions extends WaitOptions {
  /** Time to wait until it can be made, in milliseconds. Default: a minute. */
  readonly timeoutMs?: number;
}

const promiseOptions = optionsOf<PromiseOptions>({
  timeoutMs: integer(0).optional(),
  signal: abortSignal.optional(),
});

/** A transaction as it was sent, and the rollup that it is for. */
export interface SentTransaction {
  readonly transaction: SignedTransaction;
  readonly rollupAddress: string;
}

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
  readonly #sent: SentTransaction;

  /** @param sent - What was sent, so that promises about it can be checked. */
  constructor(provider: RollupProvider, receipt: TransactionReceipt, sent: SentTransaction) {
    this.hash = receipt.hash;
    this.receipt = receipt;
    this.#provider = provider;
    this.#sent = sent;
  }

  /**
   * Waits until the operator promises the block of the transaction, and checks the promise: if L1
   * executes a block of its number, it has this transaction in its slot, or the bond pays. Takes
   * about as long as it takes to seal a block; longer if something in it may lapse before L1 has
   * it, or if the caller's L1 node lags.
   *
   * @param trust - The bond, from somebody trusted, and the caller's own L1 node.
   * @param options - How long to wait; `signal` ends the wait.
   * @returns The promise, with the whole block.
   * @throws as `RollupProvider.getBlockPromise`, RECEIPT_WITHOUT_TRANSACTION,
   * TRANSACTION_NOT_PLACED, OPTION_INVALID, OPTION_UNKNOWN, and ABORTED
   *
   * @example
   * const handle = await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * const trust = { bond: bob.address, l1: ethers.provider };
   * await handle.promise(trust); // throws PROMISES_NOT_OFFERED
   */
  async promise(trust: PromiseTrust, options: PromiseOptions = {}): Promise<BlockPromise> {
    const { timeoutMs = PROMISE_MS_MAX, signal } = readInput(promiseOptions, options, "options");
    const whole = { rollup: this.#sent.rollupAddress, ...readTrust(trust) };
    const ending = joinAborts(this.#provider.closing, signal);
    const node = ending.signal === undefined ? this.#provider : this.#provider.until(ending.signal);
    const endMs = performance.now() + timeoutMs;
    try {
      for (;;) {
        try {
          const promise = await this.#askPromise(node, whole);
          if (promise !== undefined) return promise;
        } catch (error) {
          if (!isEarly(error) || performance.now() + PROMISE_PAUSE_MS > endMs) throw error;
        }
        await pause(PROMISE_PAUSE_MS, ending.signal);
      }
    } finally {
      ending.stop();
    }
  }

  /** @returns Undefined if the transaction has another place by now. */
  async #askPromise(node: RollupProvider, trust: PromiseTrust): Promise<BlockPromise | undefined> {
    const place = await this.#findPlace(node);
    const promise = await node.getBlockPromise(place.blockNumber, trust);
    const operation = promise.operations[place.slotIndex];
    if (operation && isOperationOf(this.#sent.transaction, operation)) return promise;
    // Before it is promised, a block may be cut at another place.
    const { blockNumber, slotIndex } = await this.#findPlace(node);
    if (blockNumber !== place.blockNumber || slotIndex !== place.slotIndex) return undefined;
    throw receiptError({ code: "RECEIPT_WITHOUT_TRANSACTION", ...place, hash: this.hash });
  }

  /**
   * Asks for the operator's promise at acceptance, and checks it: L1 executes this transaction in
   * time, and nothing in its place, or the bond pays. Takes a moment.
   *
   * @param trust - The bond, from somebody trusted, and the caller's own L1 node.
   * @param options - In how many seconds of L1's time it must be due; default: two days.
   * @returns The promise, and the bond as L1 has it.
   * @throws as `RollupProvider.getInclusionPromise`
   *
   * @example
   * const handle = await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * const trust = { bond: bob.address, l1: ethers.provider };
   * await handle.inclusion(trust); // throws PROMISES_NOT_OFFERED
   */
  inclusion(
    trust: PromiseTrust,
    options: Pick<InclusionWish, "dueWithinSeconds"> = {},
  ): Promise<InclusionPromise> {
    return inclusionOf(this.#provider, this.hash, this.#sent, { trust, options });
  }

  /** @throws TRANSACTION_NOT_PLACED */
  async #findPlace(node: RollupProvider): Promise<{ blockNumber: number; slotIndex: number }> {
    const { hash } = this;
    const { blockNumber, slotIndex } = (await node.getReceipt(hash)) ?? {};
    if (blockNumber !== undefined && slotIndex !== undefined) return { blockNumber, slotIndex };
    throw sdkError({ code: "TRANSACTION_NOT_PLACED", hash });
  }

  /**
   * Waits until the transaction has reached a stage, without a time limit.
   *
   * @param stage - Default "executed", which is final.
   * @param options - `signal` ends the wait.
   * @returns The receipt at that stage or a later one.
   * @throws The code of the rejection, if the operator rejects the transaction; ABORTED.
   */
  wait(stage: Stage = "executed", options: WaitOptions = {}): Promise<TransactionReceipt> {
    return this.#provider.waitForReceipt(this.hash, stage, options);
  }
}

interface InclusionRequest {
  readonly trust: PromiseTrust;
  readonly options: Pick<InclusionWish, "dueWithinSeconds">;
}

async function inclusionOf(
  provider: RollupProvider,
  hash: string,
  { transaction, rollupAddress }: SentTransaction,
  { trust, options }: InclusionRequest,
): Promise<InclusionPromise> {
  const wish = { ...options, inclusion: inclusionOfSigned(transaction) };
  return provider.getInclusionPromise(hash, wish, { rollup: rollupAddress, ...readTrust(trust) });
}

/** Whether the operator cannot promise yet, or the holder's L1 node lags. */
function isEarly(error: unknown): boolean {
  const early = ["PROMISE_NOT_READY", "RECEIPT_ANCHOR_UNKNOWN"];
  return isRollupError(error) && early.includes(error.code);
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
  readonly #sent: readonly SentTransaction[];

  /** @param sent - What was sent, in the order of the batch, so that promises can be checked. */
  constructor(
    provider: RollupProvider,
    receipts: readonly TransactionReceipt[],
    sent: readonly SentTransaction[],
  ) {
    this.receipts = receipts;
    this.#provider = provider;
    this.#sent = sent;
  }

  /**
   * As {@link TransactionHandle.promise}, for the block that has the batch.
   *
   * @param trust - The bond, from somebody trusted, and the caller's own L1 node.
   * @param options - How long to wait.
   * @returns The promise, with the whole block, in which all transactions have been found.
   * @throws as {@link TransactionHandle.promise}
   */
  async promise(trust: PromiseTrust, options: PromiseOptions = {}): Promise<BlockPromise> {
    // All of a batch stand in one block, so the promises are one.
    const handles = this.receipts.map(
      (receipt, index) => new TransactionHandle(this.#provider, receipt, this.#sent[index]!),
    );
    const promises = await Promise.all(handles.map((handle) => handle.promise(trust, options)));
    return promises[0]!;
  }

  /**
   * As {@link TransactionHandle.inclusion}, for each transaction.
   *
   * @param trust - The bond, from somebody trusted, and the caller's own L1 node.
   * @param options - In how many seconds of L1's time they must be due; default: two days.
   * @returns The promises, in the order of the batch.
   * @throws as {@link TransactionHandle.inclusion}
   */
  inclusions(
    trust: PromiseTrust,
    options: Pick<InclusionWish, "dueWithinSeconds"> = {},
  ): Promise<InclusionPromise[]> {
    const asked = this.receipts.map(({ hash }, index) =>
      inclusionOf(this.#provider, hash, this.#sent[index]!, { trust, options }),
    );
    return Promise.all(asked);
  }

  /**
   * Waits until all transactions have reached a stage, without a time limit.
   *
   * @param stage - Default "executed", which is final.
   * @param options - `signal` ends the wait.
   * @returns Their receipts at that stage or a later one, in the order of the batch.
   * @throws The code of the rejection, if the operator rejects the batch; ABORTED.
   */
  wait(stage: Stage = "executed", options: WaitOptions = {}): Promise<TransactionReceipt[]> {
    const waiting = this.receipts.map(({ hash }) =>
      this.#provider.waitForReceipt(hash, stage, options),
    );
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
   * @param options - `signal` ends the wait.
   * @returns The receipt of the request on L2. `refunded` marks a deposit that L1 pays back to its
   * owner, because L2 has no place for it.
   * @throws ROLLUP_REPLACED, because `requestId` names another request on another rollup; ABORTED.
   */
  async wait(stage: Stage = "executed", options: WaitOptions = {}): Promise<RequestReceipt> {
    const receipt = await this.#provider.waitForPriorityRequest(this.requestId, stage, options);
    await this.#provider.assertRollup(this.#rollup);
    return receipt;
  }
}
