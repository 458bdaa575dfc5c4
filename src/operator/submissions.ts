/**
 * Transactions on their way in: what can be checked of them without any state, at once or in
 * batches in other threads.
 */
import type { BatchCrypto } from "../kernel/batch.ts";
import type { SignedMessage } from "../kernel/eddsa.ts";
import { verify } from "../kernel/signatures.ts";
import { batchMessages } from "../operations/batch.ts";
import { type SignedTransaction, signingWords } from "../operations/transaction.ts";
import { transactionHash } from "../operations/transaction-hash.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import { operatorError } from "./errors.ts";

/** A transaction with the consent of its account's owner, which a ChangePubKey needs, 0x-hex. */
export interface Submission {
  readonly transaction: SignedTransaction;
  readonly authorization: string;
  /** The owner's signature of the text, if a second factor asks for it; 65 bytes of 0x-hex. */
  readonly ethereumSignature?: string;
}

/** A submission that has its name. */
export interface CheckedSubmission extends Submission {
  /** See `transactionHash`. */
  readonly hash: string;
  /** Whether the signature is valid. */
  readonly isSigned: () => boolean;
}

/**
 * Checks the submissions of a batch here, and their signatures not before somebody asks.
 *
 * @throws AMOUNT_OUT_OF_RANGE, FIELD_OUT_OF_RANGE
 */
export function checkSubmissions(
  batch: readonly Submission[],
  domain: bigint,
): CheckedSubmission[] {
  const messages = messagesOf(batch, domain);
  return batch.map((submission, index) => {
    const { publicKey, signature } = submission.transaction;
    const message = messages[index]!;
    return {
      ...submission,
      hash: transactionHash(message, publicKey),
      isSigned: () => verify(publicKey, message, signature),
    };
  });
}

function messagesOf(batch: readonly Submission[], domain: bigint): readonly bigint[] {
  const transactions = batch.map(({ transaction }) => transaction);
  return batchMessages(transactions, domain).messages;
}

/** The transactions that may wait for their signatures to be checked. */
const WAITING_MAX = 8192;
/** Maximum transactions that are checked together. */
const ROUND_MAX = 512;
/** Maximum rounds at a time, so that no thread waits while one is answered. */
const ROUNDS_MAX = 2;

interface Waiting {
  readonly submissions: readonly Submission[];
  /** Messages; for a single transaction its unhashed words, so that threads can hash them. */
  readonly signed: { readonly messages: readonly bigint[] } | { readonly words: readonly bigint[] };
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
  #rounds = 0;
  /** Rounds are answered in the order in which they were begun. */
  readonly #answers = new SerialQueue();

  /** @param domain - Of the rollup's signatures, see `signingDomain`. */
  constructor(crypto: BatchCrypto, domain: bigint) {
    this.#crypto = crypto;
    this.#domain = domain;
  }

  /** Transactions that wait, also those being checked. */
  get count(): number {
    return this.#count;
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
    const signed = this.#toSigned(submissions);
    this.#count += submissions.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ submissions, signed, resolve, reject });
      // Whoever submits in the same breath comes along.
      if (this.#waiting.length === 1) queueMicrotask(() => this.#startRounds());
    });
  }

  /** The messages of a batch are made one after the other, so no thread could help. */
  #toSigned(submissions: readonly Submission[]): Waiting["signed"] {
    const [first, ...others] = submissions;
    if (first === undefined || others.length > 0) {
      return { messages: messagesOf(submissions, this.#domain) };
    }
    return { words: signingWords(first.transaction, this.#domain) };
  }

  #startRounds(): void {
    while (this.#rounds < ROUNDS_MAX && this.#waiting.length > 0) {
      this.#rounds++;
      const round = this.#takeRound();
      const checked = this.#check(round);
      checked.catch(() => undefined); // the caller that waits for it gets the error
      void this.#answers.run(() => this.#answer(round, checked));
    }
  }

  #takeRound(): Waiting[] {
    let transactions = 0;
    const isOver = ({ submissions }: Waiting) => (transactions += submissions.length) > ROUND_MAX;
    const end = this.#waiting.findIndex(isOver);
    const round = this.#waiting.slice(0, end < 0 ? undefined : Math.max(end, 1));
    this.#waiting = this.#waiting.slice(round.length);
    return round;
  }

  async #check(round: readonly Waiting[]): Promise<CheckedSubmission[][]> {
    const submissions = round.flatMap((waiting) => waiting.submissions);
    const words = round.flatMap(({ signed }) => ("words" in signed ? [signed.words] : []));
    const hashes = (await this.#crypto.hashMany(words)).values();
    const messages = round.flatMap(({ signed }) =>
      "words" in signed ? [hashes.next().value!] : signed.messages,
    );
    const signed = submissions.map(({ transaction }, index): SignedMessage => {
      const { publicKey: key, signature } = transaction;
      return { key, message: messages[index]!, signature };
    });
    const valid = await this.#crypto.verifyMany(signed);
    const checked = submissions.map((submission, index): CheckedSubmission => {
      const hash = transactionHash(messages[index]!, submission.transaction.publicKey);
      return { ...submission, hash, isSigned: () => valid[index]! };
    });
    let first = 0;
    return round.map(({ submissions: { length } }) => checked.slice(first, (first += length)));
  }

  async #answer(round: readonly Waiting[], checked: Promise<CheckedSubmission[][]>): Promise<void> {
    const answers = await checked.catch((error: unknown) => ({ error }));
    this.#rounds--;
    for (const [index, { submissions, resolve, reject }] of round.entries()) {
      this.#count -= submissions.length;
      if ("error" in answers) reject(answers.error);
      else resolve(answers[index]!);
    }
    this.#startRounds();
  }
}
