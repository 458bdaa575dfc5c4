/** What a wallet sends: one thing after the other, and nothing twice. */
import { rpcError } from "../api/errors.ts";
import { isTransient } from "../api/retry.ts";
import { batchMessages } from "../operations/batch.ts";
import type { SignedTransaction } from "../operations/transaction.ts";
import { transactionHash } from "../operations/transaction-hash.ts";
import { isRollupError } from "../util/errors.ts";
import { SerialQueue } from "../util/serial-queue.ts";
import type { RollupProvider, TransactionReceipt } from "./provider.ts";

/** A signed transaction, or the whole of a batch, on its way to a node. */
export interface Outgoing {
  readonly method: "rollup_submitTransaction" | "rollup_submitBatch";
  readonly transactions: readonly SignedTransaction[];
  readonly submit: () => Promise<readonly TransactionReceipt[]>;
}

/** What the node has accepted. */
export interface Accepted {
  readonly transactions: readonly SignedTransaction[];
  readonly receipts: readonly TransactionReceipt[];
}

interface Failed {
  /** What the caller wants, so that the same call again is known. */
  readonly wanted: string;
  readonly outgoing: Outgoing;
}

/** After these errors and those that pass, the node may have accepted what was sent. */
const UNCERTAIN = [
  "ABORTED",
  "OPERATOR_BUSY",
  "OPERATOR_NOT_ACCEPTING",
  "OPERATOR_STOPPED",
  "RPC_ANSWER_INVALID",
  "RPC_ANSWER_TOO_LARGE",
  "RPC_FAILED",
  "RPC_RESULT_INVALID",
  "STORE_FAILED",
  "STORE_UNAVAILABLE",
];

/**
 * Sends one thing at a time, so that each reads the nonce after the one before. What has failed may
 * have been accepted all the same, if an answer was lost: the same call again submits the same
 * signatures, which count once. Another call gives it up, because it takes the same nonce unless
 * the node has accepted that.
 */
export class Outbox {
  readonly #provider: RollupProvider;
  readonly #domain: bigint;
  readonly #queue = new SerialQueue();
  #failed: Failed | undefined;

  /** @param domain - Of the rollup's signatures, see `signingDomain`. */
  constructor(provider: RollupProvider, domain: bigint) {
    this.#provider = provider;
    this.#domain = domain;
  }

  /**
   * Signs and submits.
   *
   * @param wanted - Describes the call.
   * @param sign - Is not called if the same call is submitted again.
   */
  send(wanted: string, sign: () => Promise<Outgoing>): Promise<Accepted> {
    return this.#queue.run(async () => {
      const failed = this.#failed;
      const again = failed?.wanted === wanted ? await this.#submitAgain(failed) : undefined;
      return again ?? this.#submit({ wanted, outgoing: await sign() });
    });
  }

  async #submit(sending: Failed): Promise<Accepted> {
    this.#failed = sending;
    const { method, transactions, submit } = sending.outgoing;
    const receipts = await submit();
    const hashes = this.#hashesOf(sending.outgoing);
    const isOwn = hashes.every((hash, index) => hash === receipts[index]?.hash);
    if (!isOwn) {
      const reason = "it is not the hash of what was submitted";
      throw rpcError({ code: "RPC_RESULT_INVALID", method, path: "hash", reason });
    }
    this.#failed = undefined;
    return { transactions, receipts };
  }

  /** @returns Undefined if the node has not accepted it, and refuses it. */
  async #submitAgain(failed: Failed): Promise<Accepted | undefined> {
    try {
      return await this.#submit(failed);
    } catch (error) {
      if (isUncertain(error)) throw error;
    }
    // A node knows what it has executed long ago by its receipt alone.
    const { outgoing } = failed;
    const [first, ...others] = this.#hashesOf(outgoing);
    const receipt = await this.#provider.getReceipt(first!);
    if (receipt === null || receipt.status === "rejected") return undefined;
    const rest = await Promise.all(others.map((hash) => this.#provider.getReceipt(hash)));
    const receipts = [receipt, ...rest].filter((each) => each !== null);
    if (receipts.length <= rest.length) return undefined;
    this.#failed = undefined;
    return { transactions: outgoing.transactions, receipts };
  }

  #hashesOf({ transactions }: Outgoing): string[] {
    const { messages } = batchMessages(transactions, this.#domain);
    return transactions.map(({ publicKey }, index) => transactionHash(messages[index]!, publicKey));
  }
}

function isUncertain(error: unknown): boolean {
  return !isRollupError(error) || UNCERTAIN.includes(error.code) || isTransient(error);
}
