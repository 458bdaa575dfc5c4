/** Checks transactions of users and gives them their place in the ledger. */
import type { BatchCrypto } from "../kernel/batch.ts";
import { isCreate2Authorization } from "../l1/authorization.ts";
import { BATCH_LENGTH_MAX } from "../protocol/batches.ts";
import { assert, type RollupError } from "../util/errors.ts";
import { operatorError } from "./errors.ts";
import type { EventLog } from "./event-log.ts";
import { type FeePolicy, paidOperations } from "./fee-policy.ts";
import type { L1Port } from "./l1-port.ts";
import { acceptBatch, wouldAccept } from "./ledger/decisions.ts";
import type { LedgerEvent } from "./ledger/events.ts";
import { headState, latestView, transactionReceipt, waitingBlockCount } from "./ledger/queries.ts";
import type { TransactionReceipt } from "./ledger/receipts.ts";
import {
  type CheckedSubmission,
  checkSubmissions,
  type Submission,
  SubmissionQueue,
} from "./submissions.ts";

export interface SequencerParts {
  readonly l1: Pick<L1Port, "hasCode">;
  readonly log: EventLog;
  readonly crypto: BatchCrypto;
  /** Adds what is promised about what is accepted. */
  readonly addTerms: (events: readonly LedgerEvent[]) => readonly LedgerEvent[];
  /** Undefined if everything is free. */
  readonly feePolicy: FeePolicy | undefined;
  /** Sealed blocks that may wait for L1; when there are more, transactions are refused. */
  readonly waitingBlocksMax: number;
  /** @throws When nothing is accepted any more. */
  readonly assertRunning: () => void;
  /** Why nothing is accepted at present. */
  readonly findObstacle: () => RollupError | undefined;
  /** A batch has got its place. */
  readonly onAccepted: () => void;
}

export class Sequencer {
  readonly #parts: SequencerParts;
  readonly #submissions: SubmissionQueue;

  constructor(parts: SequencerParts) {
    this.#parts = parts;
    this.#submissions = new SubmissionQueue(parts.crypto, parts.log.ledger.domain);
  }

  /** Transactions that wait for their signatures to be checked. */
  get waiting(): number {
    return this.#submissions.count;
  }

  /** As `Operator.submitBatch`: at once. */
  submitBatch(batch: readonly Submission[]): TransactionReceipt[] {
    const { log } = this.#parts;
    assert(log.isImmediate, "what is answered at once is kept at once: use receiveBatch");
    this.#assertAccepting(batch);
    return this.#accept(checkSubmissions(batch, log.ledger.domain));
  }

  /** As `Operator.receiveBatch`: checked together with others, and answered when it is kept. */
  async receiveBatch(batch: readonly Submission[]): Promise<TransactionReceipt[]> {
    this.#assertAccepting(batch);
    const checked = await this.#submissions.check(batch);
    const byCreate2 = checked.filter(({ authorization }) => isCreate2Authorization(authorization));
    // Only these are asked about on L1: they may be overtaken meanwhile. What is refused anyway
    // costs no question: one wallet could have any number of them asked.
    if (byCreate2.length > 0 && wouldAccept(this.#parts.log.ledger, checked)) {
      await Promise.all(byCreate2.map((submission) => this.#assertNotDeployed(submission)));
    }
    this.#assertAccepting(batch);
    const receipts = this.#accept(checked);
    await this.#parts.log.saved();
    return receipts;
  }

  #accept(batch: readonly CheckedSubmission[]): TransactionReceipt[] {
    const { log, addTerms, onAccepted } = this.#parts;
    const events = acceptBatch(log.ledger, batch);
    // What has been accepted already is answered whatever fees are now.
    if (events.length > 0) this.#assertPaid(batch);
    log.record(addTerms(events));
    const receipts = batch.map(({ hash }) => transactionReceipt(log.ledger, hash)!);
    onAccepted();
    return receipts;
  }

  /** @throws FEE_TOO_LOW, and the other codes of the policy */
  #assertPaid(batch: readonly CheckedSubmission[]): void {
    const { feePolicy, log } = this.#parts;
    if (feePolicy === undefined) return;
    const { tokens } = latestView(log.ledger);
    feePolicy.assertPaid(paidOperations(headState(log.ledger), batch), tokens);
  }

  /**
   * L1 accepts a consent by CREATE2 only while there is no contract at the owner's address.
   *
   * @throws AUTHORIZATION_INVALID
   */
  async #assertNotDeployed(submission: CheckedSubmission): Promise<void> {
    const { log, l1 } = this.#parts;
    const { accountId } = submission.transaction;
    const owner = headState(log.ledger).account(accountId).address;
    if (!(await l1.hasCode(owner))) return;
    const reason = "the wallet is deployed, so it has to call setAuthPubKeyHash on L1";
    throw operatorError({ code: "AUTHORIZATION_INVALID", accountId, owner, reason });
  }

  /** @throws OPERATOR_STOPPED, BATCH_LENGTH_INVALID, OPERATOR_BUSY, and the obstacle's code */
  #assertAccepting({ length }: readonly Submission[]): void {
    const { log, assertRunning, findObstacle, waitingBlocksMax: maximum } = this.#parts;
    assertRunning();
    const obstacle = findObstacle();
    if (obstacle !== undefined) throw obstacle;
    const { blockKinds } = headState(log.ledger).preset;
    // The kinds that hold its accounts and tokens may have fewer slots, as its place shows.
    const lengthMax = Math.min(BATCH_LENGTH_MAX, Math.max(...blockKinds.map(({ slots }) => slots)));
    if (length < 1 || length > lengthMax) {
      throw operatorError({ code: "BATCH_LENGTH_INVALID", length, maximum: lengthMax });
    }
    const waitingBlocks = waitingBlockCount(log.ledger);
    if (waitingBlocks >= maximum) {
      throw operatorError({ code: "OPERATOR_BUSY", waitingBlocks, maximum });
    }
  }
}
