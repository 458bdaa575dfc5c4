import { expect } from "chai";
import { BATCH_LENGTH_MAX } from "../../src/protocol/batches.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import type { SignedTransaction } from "../../src/operations/transaction.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import {
  authorize,
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  type OperatorWorld,
  signBatch,
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

/** Creates a batch that repeats a transaction. */
function repeat(world: OperatorWorld, user: User, draft: Draft, count: number) {
  return toBatch(signBatch(world, new Array<[User, Draft]>(count).fill([user, draft])));
}

async function createUsers() {
  const world = await createOperatorWorld({ preset: PRESETS.dev });
  const alice = await createFundedUser(world, random);
  const bob = await createFundedUser(world, random);
  await world.operator.processBlocks();
  return { ...world, alice, bob };
}

describe(`operator: batches (${random.title})`, () => {
  it("applies the transactions of several accounts in order", async () => {
    const world = await createUsers();
    const { operator, alice, bob, l1 } = world;
    const all = { ...TRANSFER, recipient: bob.address, amount: FUNDS };
    const on = { type: "withdraw", tokenId: 0, recipient: 7n, amount: 2n * FUNDS } as const;
    const batch = toBatch(
      signBatch(world, [
        [alice, all],
        [bob, on],
      ]),
    );
    const receipts = operator.submitBatch(batch);
    expect(receipts.map(({ slotIndex }) => slotIndex)).to.deep.equal([0, 1]);
    expect(operator.submitBatch(batch)).to.deep.equal(receipts);
    await operator.processBlocks();
    expect(l1.paid).to.deep.equal([{ recipient: 7n, tokenId: 0, amount: 2n * FUNDS }]);
  });

  it("accepts an account that the batch itself creates, with its key", async () => {
    const world = await createUsers();
    const { operator, alice } = world;
    const carol = new User(random);
    const accountId = operator.state.nextAccountId;
    const [funds, change, spend] = signBatch(world, [
      [alice, { ...TRANSFER, recipient: carol.address }],
      [carol, { type: "changePubKey", tokenId: 0, accountId, nonce: 0 }],
      [carol, { ...TRANSFER, accountId, nonce: 1 }],
    ]);
    const authorization = await authorize(world, carol, change!);
    const [first, second, third] = toBatch([funds!, change!, spend!]);
    operator.submitBatch([first!, { ...second!, authorization }, third!]);
    await operator.processBlocks();
    expect(operator.state.accountIdOf(carol.address)).to.equal(accountId);
    expect(operator.state.balance(accountId, 0)).to.equal(0n);
  });

  it("accepts no transaction if one of them breaks a rule", async () => {
    const world = await createUsers();
    const { operator, alice, bob } = world;
    const { root } = operator.state;
    const refused = (code: string, ...parts: [User, Draft][]) => {
      expectCode(code, () => operator.submitBatch(toBatch(signBatch(world, parts))));
    };
    refused("INSUFFICIENT_BALANCE", [alice, TRANSFER], [bob, { ...TRANSFER, amount: 2n * FUNDS }]);
    const { nonce } = signFor(world, alice, TRANSFER);
    refused("NONCE_MISMATCH", [alice, TRANSFER], [alice, { ...TRANSFER, nonce }]);
    const [good, other] = repeat(world, alice, TRANSFER, 2);
    const forged = { ...other!, transaction: { ...other!.transaction, nonce: nonce + 2 } };
    expectCode("SIGNATURE_INVALID", () => operator.submitBatch([good!, forged]));
    expect(operator.state.root).to.equal(root);
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
  });

  it("SIGNATURE_INVALID: a part of a batch alone, or a single transaction in a batch", async () => {
    const world = await createUsers();
    const { operator, alice, bob } = world;
    const parts: [User, Draft][] = [
      [alice, TRANSFER],
      [bob, TRANSFER],
    ];
    const batch = toBatch(signBatch(world, parts));
    const alone = toBatch(parts.map(([user, draft]) => signFor(world, user, draft)));
    for (const bad of [...batch.map((part) => [part]), batch.toReversed(), alone]) {
      expectCode("SIGNATURE_INVALID", () => operator.submitBatch(bad));
      await expectRejection("SIGNATURE_INVALID", operator.receiveBatch(bad));
    }
    expect(await operator.receiveBatch(batch)).to.have.length(2);
  });

  it("TOO_MANY_FEE_TOKENS: more fee tokens than a block can collect", async () => {
    const world = await createUsers();
    const { operator, l1, alice } = world;
    const listed = Array.from({ length: operator.preset.feeTokens }, (_, i) =>
      l1.listToken(`T${i}`),
    );
    const tokenIds = [0, ...listed.map(({ id }) => id)];
    for (const tokenId of tokenIds) await deposit(world, alice.address, FUNDS, tokenId);
    const parts = tokenIds.map((tokenId): [User, Draft] => [
      alice,
      { ...TRANSFER, tokenId, fee: 1n },
    ]);
    const root = operator.state.root;
    const submit = () => operator.submitBatch(toBatch(signBatch(world, parts)));
    expectCode("TOO_MANY_FEE_TOKENS", submit);
    expect(operator.state.root).to.equal(root);
  });

  it("BATCH_LENGTH_INVALID: no transaction, or more than a block has slots", async () => {
    const world = await createUsers();
    const { operator, alice } = world;
    expectCode("BATCH_LENGTH_INVALID", () => operator.submitBatch([]));
    const slots = Math.max(...operator.preset.blockKinds.map((kind) => kind.slots));
    expect(slots).to.be.below(BATCH_LENGTH_MAX);
    const many = repeat(world, alice, TRANSFER, slots + 1);
    expectCode("BATCH_LENGTH_INVALID", () => operator.submitBatch(many));
    expect(operator.submitBatch(repeat(world, alice, TRANSFER, slots))).to.have.length(slots);
  });

  it("puts a batch into neighboring slots of one block, or of the next if it does not fit", async () => {
    const world = await createUsers();
    const { operator, alice } = world;
    const slots = Math.max(...operator.preset.blockKinds.map((kind) => kind.slots));
    const before = Array.from({ length: slots - 2 }, () => submit(world, alice, TRANSFER));
    const receipts = operator.submitBatch(repeat(world, alice, TRANSFER, 3));
    const places = receipts.map(({ blockNumber, slotIndex }) => [blockNumber, slotIndex]);
    const blockNumber = before[0]!.blockNumber! + 1;
    expect(places).to.deep.equal([0, 1, 2].map((index) => [blockNumber, index]));
    await operator.processBlocks();
    expect(operator.receipt(receipts[2]!.hash)?.status).to.equal("executed");
  });

  it("rejects the whole batch when one transaction expires before it is included", async () => {
    const world = await createUsers();
    const { operator, alice, bob, l1 } = world;
    const expiring = { ...TRANSFER, validUntil: l1.timestamp + 60n };
    const receipts = operator.submitBatch(
      toBatch(
        signBatch(world, [
          [alice, TRANSFER],
          [bob, expiring],
        ]),
      ),
    );
    const { hash } = submit(world, bob, { ...TRANSFER, amount: 7n });
    l1.increaseTime(TIMESTAMP_LAG_MAX_SECONDS);
    await operator.processBlocks();
    const codes = receipts.map((receipt) => operator.receipt(receipt.hash)?.rejection?.code);
    expect(codes).to.deep.equal(["BATCH_BROKEN", "BATCH_BROKEN"]);
    expect(operator.receipt(hash)?.rejection?.code).to.equal("NONCE_MISMATCH");
    expect(operator.state.balance(operator.state.accountIdOf(alice.address)!, 0)).to.equal(FUNDS);
  });

  it("stays whole when blocks are reverted and rebuilt", async () => {
    const world = await createUsers();
    const { operator, alice, bob, l1 } = world;
    await deposit(world, 9n, 1n);
    const receipts = operator.submitBatch(
      toBatch(
        signBatch(world, [
          [alice, TRANSFER],
          [bob, TRANSFER],
        ]),
      ),
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
