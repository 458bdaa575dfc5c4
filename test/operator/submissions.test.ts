/** Concurrent submissions: signatures are checked together, and every sender gets an answer. */
import { expect } from "chai";
import { type BatchCrypto, createBatchCrypto } from "../../src/kernel/batch.ts";
import type { Operator } from "../../src/operator/operator.ts";
import type { Submission } from "../../src/operator/submissions.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type OperatorWorld,
  signBatch,
  signFor,
  type User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER = { type: "transfer", tokenId: 0, recipient: 9n, amount: 5n } as const;

/** Counts its calls, and can wait or fail on request. */
class WatchedCrypto implements BatchCrypto {
  readonly verified: number[] = [];
  gate: Promise<void> = Promise.resolve();
  failures = 0;
  readonly #crypto = createBatchCrypto(0);

  hashMany: BatchCrypto["hashMany"] = (lists) => this.#crypto.hashMany(lists);

  hashPacked: BatchCrypto["hashPacked"] = (count, lists) => this.#crypto.hashPacked(count, lists);

  verifyMany: BatchCrypto["verifyMany"] = async (signed) => {
    this.verified.push(signed.length);
    await this.gate;
    if (this.failures-- > 0) throw new Error("a thread has ended as the test wants");
    return this.#crypto.verifyMany(signed);
  };

  close = () => this.#crypto.close();
}

describe(`operator: submissions (${random.title})`, () => {
  async function createWatched() {
    const crypto = new WatchedCrypto();
    const world = await createOperatorWorld({ crypto });
    return { ...world, crypto, alice: await createFundedUser(world, random) };
  }

  /** Creates signed transfers with consecutive nonces. */
  function transfers(world: OperatorWorld, user: User, count: number): Submission[] {
    const { nonce } = signFor(world, user, TRANSFER);
    return Array.from({ length: count }, (_, index) => ({
      transaction: signFor(world, user, { ...TRANSFER, nonce: nonce + index }),
      authorization: "0x",
    }));
  }

  const receive = (operator: Operator, submissions: readonly Submission[]) =>
    submissions.map((submission) => operator.receiveBatch([submission]));

  it("accepts submissions in order of arrival, and checks them together", async () => {
    const world = await createWatched();
    const receipts = await Promise.all(receive(world.operator, transfers(world, world.alice, 40)));
    expect(receipts.flat().map(({ status }) => status)).to.deep.equal(
      new Array(40).fill("accepted"),
    );
    expect(world.crypto.verified).to.deep.equal([40]);
    const alice = world.operator.state.accountIdOf(world.alice.address)!;
    expect(world.operator.state.account(alice).nonce).to.equal(41);
  });

  it("gives the same answers as without waiting, also refusals", async () => {
    const world = await createWatched();
    const { operator, alice } = world;
    const [first, second, third] = transfers(world, alice, 3) as [
      Submission,
      Submission,
      Submission,
    ];
    const { signature } = second.transaction;
    const forged = { ...signature, s: signature.s + 1n };
    const wrong = { ...second, transaction: { ...second.transaction, signature: forged } };
    const late = receive(operator, [first, wrong, second, first, third]);
    await expectRejection("SIGNATURE_INVALID", late[1]!);
    const [answer, , , again] = await Promise.all(late.toSpliced(1, 1, late[0]!));
    expect(again).to.deep.equal(answer);
    expect(operator.submitBatch([first])).to.deep.equal(answer);
    const tooWide = { ...first, transaction: { ...first.transaction, fee: 1n << 200n } };
    await expectRejection("AMOUNT_OUT_OF_RANGE", operator.receiveBatch([tooWide]));
    await expectRejection("BATCH_LENGTH_INVALID", operator.receiveBatch([]));
  });

  it("checks further groups meanwhile, up to the limit", async () => {
    const world = await createWatched();
    const { operator, crypto, alice } = world;
    let open = () => {};
    crypto.gate = new Promise((resolve) => (open = resolve));
    const submissions = transfers(world, alice, 5);
    const received: Promise<unknown>[] = [];
    for (const submission of submissions) {
      received.push(operator.receiveBatch([submission]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(crypto.verified).to.deep.equal([1, 1]);
    open();
    await Promise.all(received);
    expect(crypto.verified).to.deep.equal([1, 1, 3]);
  });

  it("accepts all of a batch or nothing, whatever else is checked with it", async () => {
    const world = await createWatched();
    const [one] = transfers(world, world.alice, 1) as [Submission];
    const next = one.transaction.nonce + 1;
    const batchOf = (...amounts: bigint[]) =>
      signBatch(
        world,
        amounts.map((amount, index) => [world.alice, { ...TRANSFER, amount, nonce: next + index }]),
      ).map((transaction) => ({ transaction, authorization: "0x" }));
    const good = batchOf(1n, 2n);
    const early = world.operator.receiveBatch(good);
    const before = world.operator.receiveBatch([one]);
    const tooMuch = world.operator.receiveBatch(batchOf(1n, 10n ** 20n));
    await expectRejection("NONCE_MISMATCH", early);
    await before;
    await expectRejection("INSUFFICIENT_BALANCE", tooMuch);
    // The rollback of the batch frees its nonces.
    expect(await world.operator.receiveBatch(good)).to.have.length(2);
  });

  it("SUBMISSIONS_WAITING: refuses submissions above the limit", async () => {
    const world = await createWatched();
    const { operator, crypto, alice } = world;
    let open = () => {};
    crypto.gate = new Promise((resolve) => (open = resolve));
    const [submission] = transfers(world, alice, 1) as [Submission];
    const waiting = Array.from({ length: 8192 }, () => operator.receiveBatch([submission]));
    await expectRejection("SUBMISSIONS_WAITING", operator.receiveBatch([submission]));
    open();
    const receipts = await Promise.all(waiting);
    expect(new Set(receipts.map(([receipt]) => receipt!.hash)).size).to.equal(1);
    await operator.receiveBatch([submission]);
  });

  it("reports a failed check to all its senders, and continues with the next", async () => {
    const world = await createWatched();
    const { operator, crypto, alice } = world;
    crypto.failures = 1;
    const submissions = transfers(world, alice, 2);
    const results = await Promise.allSettled(receive(operator, submissions));
    expect(results.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
    await Promise.all(receive(operator, submissions));
  });

  it("OPERATOR_STOPPED: answers waiting senders when it is closed", async () => {
    const world = await createWatched();
    const { operator, crypto, alice } = world;
    let open = () => {};
    crypto.gate = new Promise((resolve) => (open = resolve));
    const received = operator.receiveBatch(transfers(world, alice, 1));
    const refusal = expectRejection("OPERATOR_STOPPED", received);
    await operator.close();
    open();
    await refusal;
  });
});
