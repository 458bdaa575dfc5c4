/**
 * Transactions on their way in: what can be checked of them without any state, at once or in
 * batches in other threads.
 */
import type { BatchCrypto } from "../kernel/batch.ts";
import type { SignedMessage } from "../kernel/eddsa.ts";
import { hashPublicKeys, verify } from "../kernel/signatures.ts";
import { type SignedTransaction, signingMessage, signingWords } from "../ops/transaction.ts";
import { operatorError } from "./errors.ts";
import { hashOfSigned } from "./transaction-hash.ts";

/** A transaction with the consent of its account's owner, which a ChangePubKey needs, 0x-hex. */
export interface Submission {
  readonly transaction: SignedTransaction;
  readonly authorization: string;
}

/** A submission that has its name. */
export interface CheckedSubmission extends Submission {
  /** See `transactionHash`. */
  readonly hash: string;
  /** Whether the signature is valid. */
  readonly isSigned: () => boolean;
}

/**
 * Checks a submission here, and its signature not before somebody asks.
 *
 * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 */
export function checkSubmission(submission: Submission, domain: bigint): CheckedSubmission {
  const { transaction } = submission;
  const { publicKey, signature } = transaction;
  const message = signingMessage(transaction, domain);
  return {
    ...submission,
    hash: hashOfSigned(message, publicKey),
    isSigned: () => verify(publicKey, message, signature),
  };
}

/** The transactions that may wait for their signatures to be checked. */
const WAITING_MAX = 8192;
/** So many are checked together at most … */
const BATCH_MAX = 512;
/** … and so many batches at a time, so that no thread waits while a batch is answered. */
const BATCHES_MAX = 2;

interface Waiting {
  readonly submissions: readonly Submission[];
  /** For each what its signing message is the hash of. */
  readonly words: readonly (readonly bigint[])[];
  readonly resolve: (checked: CheckedSubmission[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Checks submissions, and answers in the order in which they came. While some are checked others
 * gather, to be checked together.
 */
export class SubmissionQueue {
  readonly #crypto: BatchCrypto;
  readonly #domain: bigint;
  #waiting: Waiting[] = [];
  /** Transactions that wait, also those being checked. */
  #count = 0;
  #batches = 0;
  #lastAnswer: Promise<unknown> = Promise.resolve();

  /** @param domain - Of the rollup's signatures, see `signingDomain`. */
  constructor(crypto: BatchCrypto, domain: bigint) {
    this.#crypto = crypto;
    this.#domain = domain;
  }

  /**
   * @returns When their turn has come.
   * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE, SUBMISSIONS_WAITING
   */
  async check(submissions: readonly Submission[]): Promise<CheckedSubmission[]> {
    if (this.#count + submissions.length > WAITING_MAX) {
      const facts = { waiting: this.#count, maximum: WAITING_MAX };
      throw operatorError({ code: "SUBMISSIONS_WAITING", ...facts });
    }
    const words = submissions.map(({ transaction }) => signingWords(transaction, this.#domain));
    this.#count += submissions.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ submissions, words, resolve, reject });
      // Whoever submits in the same breath comes along.
      if (this.#waiting.length === 1) queueMicrotask(() => this.#startBatches());
    });
  }

  #startBatches(): void {
    while (this.#batches < BATCHES_MAX && this.#waiting.length > 0) {
      this.#batches++;
      const batch = this.#takeBatch();
      const checked = this.#checkBatch(batch);
      checked.catch(() => undefined); // whoever waits for it hears of it
      this.#lastAnswer = this.#lastAnswer.then(() => this.#answer(batch, checked));
    }
  }

  #takeBatch(): Waiting[] {
    let transactions = 0;
    const isOver = ({ submissions }: Waiting) => (transactions += submissions.length) > BATCH_MAX;
    const end = this.#waiting.findIndex(isOver);
    const batch = this.#waiting.slice(0, end < 0 ? undefined : Math.max(end, 1));
    this.#waiting = this.#waiting.slice(batch.length);
    return batch;
  }

  async #checkBatch(batch: readonly Waiting[]): Promise<CheckedSubmission[][]> {
    const submissions = batch.flatMap((waiting) => waiting.submissions);
    const messages = await this.#crypto.hashMany(batch.flatMap(({ words }) => words));
    const signed = submissions.map(({ transaction }, index): SignedMessage => {
      const { publicKey: key, signature } = transaction;
      return { key, message: messages[index]!, signature };
    });
    const valid = await this.#crypto.verifyMany(signed);
    const keys = signed.filter((_, index) => valid[index]).map(({ key }) => key);
    await hashPublicKeys(keys, this.#crypto.hashMany);
    const checked = submissions.map((submission, index): CheckedSubmission => {
      const hash = hashOfSigned(messages[index]!, submission.transaction.publicKey);
      return { ...submission, hash, isSigned: () => valid[index]! };
    });
    let first = 0;
    return batch.map(({ words }) => checked.slice(first, (first += words.length)));
  }

  async #answer(batch: readonly Waiting[], checked: Promise<CheckedSubmission[][]>): Promise<void> {
    const answers = await checked.catch((error: unknown) => ({ error }));
    this.#batches--;
    for (const [index, { submissions, resolve, reject }] of batch.entries()) {
      this.#count -= submissions.length;
      if ("error" in answers) reject(answers.error);
      else resolve(answers[index]!);
    }
    this.#startBatches();
  }
}
