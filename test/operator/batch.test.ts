import { expect } from "chai";
import { BATCH_LENGTH_MAX } from "../../src/protocol/batches.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import type { SignedTransaction } from "../../src/ops/transaction.ts";
import { expectCode } from "../helpers/expect-code.ts";
import {
  authorize,
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  type OperatorWorld,
  signFor,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const FUNDS = 10n ** 18n;
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };

function toBatch(transactions: readonly SignedTransaction[]) {
  return transactions.map((transaction) => ({ transaction, authorization: "0x" }));
}

/** Signs drafts of one user with consecutive nonces. */
function signAll(world: OperatorWorld, user: User, drafts: readonly Draft[]): SignedTransaction[] {
  const { nonce } = signFor(world, user, TRANSFER);
  return drafts.map((draft, index) => signFor(world, user, { ...draft, nonce: nonce + index }));
}

async function createUsers() {
  const world = await createOperatorWorld({ preset: PRESETS.dev });
  const alice = await createFundedUser(world, random);
  const bob = await createFundedUser(world, random);
  await world.operator.processBlocks();
  return { ...world, alice, bob };
}

describe(`operator: batches (${random.title})`, () => {
  it("applies the transactions of several accounts in order, each on those before it", async () => {
    const world = await createUsers();
    const { operator, alice, bob, l1 } = world;
    const all = { ...TRANSFER, recipient: bob.address, amount: FUNDS };
    const on = { type: "withdraw", tokenId: 0, recipient: 7n, amount: 2n * FUNDS } as const;
    const batch = toBatch([signFor(world, alice, all), signFor(world, bob, on)]);
    const receipts = operator.submitBatch(batch);
    expect(receipts.map(({ slotIndex }) => slotIndex)).to.deep.equal([0, 1]);
    expect(operator.submitBatch(batch)).to.deep.equal(receipts);
    await operator.processBlocks();
    expect(l1.paid).to.deep.equal([{ recipient: 7n, tokenId: 0, amount: 2n * FUNDS }]);
  });

  it("takes an account that the batch itself creates, with its key", async () => {
    const world = await createUsers();
    const { operator, alice } = world;
    const carol = new User(random);
    const funds = signFor(world, alice, { ...TRANSFER, recipient: carol.address });
    const accountId = operator.state.nextAccountId;
    const draft = { accountId, nonce: 0 };
    const change = signFor(world, carol, { type: "changePubKey", tokenId: 0, ...draft });
    const spend = signFor(world, carol, { ...TRANSFER, ...draft, nonce: 1 });
    const authorization = await authorize(world, carol, change);
    const [first, second, third] = toBatch([funds, change, spend]);
    operator.submitBatch([first!, { ...second!, authorization }, third!]);
    await operator.processBlocks();
    expect(operator.state.accountIdOf(carol.address)).to.equal(accountId);
    expect(operator.state.balance(accountId, 0)).to.equal(0n);
  });

  it("accepts none if one of them breaks a rule", async () => {
    const world = await createUsers();
    const { operator, alice, bob } = world;
    const { root } = operator.state;
    const good = signFor(world, alice, TRANSFER);
    const tooMuch = signFor(world, bob, { ...TRANSFER, amount: 2n * FUNDS });
    expectCode("INSUFFICIENT_BALANCE", () => operator.submitBatch(toBatch([good, tooMuch])));
    expectCode("NONCE_MISMATCH", () => operator.submitBatch(toBatch([good, good])));
    const forged = { ...good, amount: 1n };
    expectCode("SIGNATURE_INVALID", () => operator.submitBatch(toBatch([good, forged])));
    expect(operator.state.root).to.equal(root);
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
  });

  it("BATCH_LENGTH_INVALID: none, or too many", async () => {
    const world = await createUsers();
    const { operator, alice } = world;
    expectCode("BATCH_LENGTH_INVALID", () => operator.submitBatch([]));
    const many = new Array<SignedTransaction>(BATCH_LENGTH_MAX + 1).fill(
      signFor(world, alice, TRANSFER),
    );
    expectCode("BATCH_LENGTH_INVALID", () => operator.submitBatch(toBatch(many)));
  });

  it("puts them into one block if they fit one, and else into consecutive slots", async () => {
    const world = await createUsers();
    const { operator, alice } = world;
    const slots = operator.preset.blockSlots.at(-1)!;
    const [before, fitting, long] = [slots - 2, 3, slots + 1];
    for (let i = 0; i < before; i++) submit(world, alice, TRANSFER);
    const inOne = operator.submitBatch(
      toBatch(signAll(world, alice, new Array<Draft>(fitting).fill(TRANSFER))),
    );
    const places = inOne.map(({ blockNumber, slotIndex }) => [blockNumber, slotIndex]);
    const blockNumber = inOne[0]!.blockNumber!;
    expect(places).to.deep.equal([0, 1, 2].map((index) => [blockNumber, index]));
    const spread = operator.submitBatch(
      toBatch(signAll(world, alice, new Array<Draft>(long).fill(TRANSFER))),
    );
    expect(spread[0]).to.include({ blockNumber, slotIndex: fitting });
    expect(spread.at(-1)).to.include({ blockNumber: blockNumber + 1, slotIndex: fitting });
    await operator.processBlocks();
    expect(operator.receipt(spread.at(-1)!.hash)?.status).to.equal("executed");
  });

  it("rejects all of them when one expires before it is included", async () => {
    const world = await createUsers();
    const { operator, alice, bob, l1 } = world;
    const expiring = { ...TRANSFER, validUntil: l1.timestamp + 60n };
    const receipts = operator.submitBatch(
      toBatch([signFor(world, alice, TRANSFER), signFor(world, bob, expiring)]),
    );
    const { hash } = submit(world, bob, { ...TRANSFER, amount: 7n });
    l1.increaseTime(TIMESTAMP_LAG_MAX_SECONDS);
    await operator.processBlocks();
    const codes = receipts.map((receipt) => operator.receipt(receipt.hash)?.rejection?.code);
    expect(codes).to.deep.equal(["BATCH_BROKEN", "BATCH_BROKEN"]);
    expect(operator.receipt(hash)?.rejection?.code).to.equal("NONCE_MISMATCH");
    expect(operator.state.balance(operator.state.accountIdOf(alice.address)!, 0)).to.equal(FUNDS);
  });

  it("stays whole when blocks are taken back and made anew", async () => {
    const world = await createUsers();
    const { operator, alice, bob, l1 } = world;
    await deposit(world, 9n, 1n);
    const receipts = operator.submitBatch(
      toBatch([signFor(world, alice, TRANSFER), signFor(world, bob, TRANSFER)]),
    );
    await operator.processBlocks("proven");
    l1.increaseTime(TIMESTAMP_LAG_MAX_SECONDS);
    await operator.revertBlocks(receipts[0]!.blockNumber!);
    await operator.processBlocks();
    const after = receipts.map(({ hash }) => operator.receipt(hash)!);
    expect(after.map(({ status }) => status)).to.deep.equal(["executed", "executed"]);
    expect(after.map(({ slotIndex }) => slotIndex)).to.deep.equal([1, 2]);
  });
});
