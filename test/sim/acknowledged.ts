/** Everything that a node has acknowledged: it must stay known, whatever happens to the node. */
import { expect } from "chai";
import type { TransactionReceipt } from "../../src/operator/ledger/receipts.ts";
import type { Operator } from "../../src/operator/operator.ts";
import type { Submission } from "../../src/operator/submissions.ts";
import type { Random } from "../helpers/random.ts";

/** How many of those that are final are looked at again in each check. */
const FINAL_SAMPLE = 5;

interface Acknowledged {
  readonly hash: string;
  readonly validUntil: bigint;
  /** Number of events that may cause rejections, when it was acknowledged. */
  readonly since: number;
}

export class AcknowledgedTransactions {
  readonly #random: Random;
  readonly #open = new Map<string, Acknowledged>();
  /** Executed in L1 blocks that a reorg may still replace, and older ones. */
  readonly #executed: Acknowledged[] = [];
  readonly #rejected: string[] = [];
  /** Reorgs, changes of consents, and rejections, after which others may be rejected. */
  #disturbances = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get count(): number {
    return this.#open.size + this.#executed.length + this.#rejected.length;
  }

  get openCount(): number {
    return this.#open.size;
  }

  readonly add = (receipts: readonly TransactionReceipt[], batch: readonly Submission[]): void => {
    // A batch expires as a whole.
    const ends = batch.map(({ transaction }) => transaction.validUntil);
    const validUntil = ends.reduce((one, other) => (one < other ? one : other));
    for (const { hash } of receipts) {
      this.#open.set(hash, { hash, validUntil, since: this.#disturbances });
    }
  };

  /** Something has happened after which L1 may refuse what was accepted. */
  disturb(): void {
    this.#disturbances++;
  }

  /** After a reorg what was executed may have to be executed again. */
  reopen(): void {
    this.disturb();
    for (const each of this.#executed.splice(0)) this.#open.set(each.hash, each);
  }

  /**
   * Asserts that everything is known, and that whatever is rejected has a reason.
   *
   * @param now - Time of L1, in Unix seconds.
   */
  async check(operator: Operator, now: number): Promise<void> {
    for (const each of [...this.#open.values()]) await this.#checkOpen(operator, each, now);
    for (let count = 0; count < FINAL_SAMPLE && this.#executed.length > 0; count++) {
      const { hash } = this.#random.pick(this.#executed);
      expect((await operator.findReceipt(hash))?.status, `executed ${hash}`).to.equal("executed");
    }
    await this.#checkRejected(operator, FINAL_SAMPLE);
  }

  /** As {@link check}, of all that is final too; nothing may be open. */
  async checkAll(operator: Operator, now: number): Promise<void> {
    await this.check(operator, now);
    expect([...this.#open.keys()], "neither executed nor rejected").to.deep.equal([]);
    for (const { hash } of this.#executed) {
      expect((await operator.findReceipt(hash))?.status, `executed ${hash}`).to.equal("executed");
    }
    await this.#checkRejected(operator, Infinity);
  }

  async #checkRejected(operator: Operator, count: number): Promise<void> {
    for (const hash of this.#rejected.slice(-count)) {
      expect((await operator.findReceipt(hash))?.status, `rejected ${hash}`).to.be.a("string");
    }
  }

  async #checkOpen(operator: Operator, each: Acknowledged, now: number): Promise<void> {
    const { hash, validUntil, since } = each;
    const receipt = await operator.findReceipt(hash);
    expect(receipt, `${hash} was acknowledged and is lost`).not.to.equal(undefined);
    const { status, rejection } = receipt!;
    if (status === "executed") {
      this.#executed.push(each);
      this.#open.delete(hash);
    } else if (status === "rejected") {
      const isExpired = validUntil < BigInt(now);
      const isExcused = isExpired || this.#disturbances > since;
      const why = `${rejection?.code}: ${rejection?.sentence}`;
      expect(isExcused, `${hash} was rejected without need: ${why}`).to.equal(true);
      // What came after it may rest on it: its nonce, its key or its payment.
      this.disturb();
      this.#rejected.push(hash);
      this.#open.delete(hash);
    }
  }
}
