/** The operator refunds deposits without a place on L2. */
import { expect } from "chai";
import { Operator } from "../../src/operator/operator.ts";
import { AMOUNT_MAX } from "../../src/protocol/constants.ts";
import { accountCapacity, PRESETS } from "../../src/protocol/presets.ts";
import { expectCode } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const CAPACITY = accountCapacity(PRESETS.minimal);
const FUNDS = 10n ** 18n;
const NEWCOMER = 0xbeefn;
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: NEWCOMER, amount: 100n };

/** Creates deposits of 1 for owners without an account. */
function fill({ l1, operator }: OperatorWorld, count: number): void {
  const first = operator.state.nextAccountId;
  for (let id = first; id < first + count; id++) {
    l1.request({ type: "deposit", owner: 0x10000n + BigInt(id), tokenId: 0, amount: 1n });
  }
}

/** Creates a world in which Alice has money and a key, and `free` accounts are free. */
async function createAlmostFull(free: number) {
  const world = await createOperatorWorld();
  const alice = await createFundedUser(world, random);
  fill(world, CAPACITY - free - world.operator.state.nextAccountId);
  await world.operator.processBlocks();
  expect(world.operator.state.nextAccountId).to.equal(CAPACITY - free);
  return { ...world, alice };
}

function paidTo({ l1 }: OperatorWorld, address: bigint): bigint {
  const payouts = l1.paid.filter(({ recipient }) => recipient === address);
  return payouts.reduce((sum, { amount }) => sum + amount, 0n);
}

describe(`operator: refunds (${random.title})`, () => {
  it("refunds a deposit without an account, and continues", async () => {
    const world = await createAlmostFull(1);
    const { operator, alice } = world;
    const last = await deposit(world, 0xaaan, 3n);
    const refunded = await deposit(world, NEWCOMER, 5n);
    const known = await deposit(world, alice.address, 7n);
    const pending = { type: "deposit", requestId: refunded, status: "accepted" };
    expect(operator.requestReceipt(refunded)).to.deep.include({ ...pending, refunded: true });
    await operator.processBlocks();
    const receipts = [last, refunded, known].map((id) => operator.requestReceipt(id)!);
    expect(receipts.map(({ status }) => status)).to.deep.equal(Array(3).fill("executed"));
    expect(receipts.map((receipt) => receipt.refunded)).to.deep.equal([undefined, true, undefined]);
    expect(receipts[0]).to.not.have.property("refunded");
    expect(paidTo(world, NEWCOMER)).to.equal(5n);
    expect(operator.state.accountIdOf(NEWCOMER)).to.equal(undefined);
    const { state } = operator;
    expect(state.balance(state.accountIdOf(alice.address)!, 0)).to.equal(FUNDS + 7n);
    expect(state.balance(CAPACITY - 1, 0)).to.equal(3n);
    expect(world.l1.statuses).to.include("executed").and.not.include("committed");
  });

  it("ACCOUNT_CAPACITY_REACHED: refuses transfers that need a new account", async () => {
    const world = await createAlmostFull(0);
    const { operator, alice } = world;
    const { root } = operator.state;
    const error = expectCode("ACCOUNT_CAPACITY_REACHED", () => submit(world, alice, TRANSFER));
    expect(error.facts).to.include({ recipient: NEWCOMER, capacity: CAPACITY });
    expect(operator.state.root).to.equal(root);
    submit(world, alice, { ...TRANSFER, recipient: 0x10005n });
    submit(world, alice, { ...TRANSFER, type: "withdraw" });
    await operator.processBlocks();
    expect(paidTo(world, NEWCOMER)).to.equal(100n);
  });

  it("gives the last account to the first who needs it", async () => {
    const world = await createAlmostFull(1);
    const { operator, alice } = world;
    submit(world, alice, TRANSFER);
    const late = await deposit(world, 0xaaan, 3n);
    const request = await deposit(world, NEWCOMER, 5n);
    await operator.processBlocks();
    expect(operator.requestReceipt(late)?.refunded).to.equal(true);
    expect(operator.requestReceipt(request)?.refunded).to.equal(undefined);
    expect(operator.state.balance(CAPACITY - 1, 0)).to.equal(105n);
  });

  it("credits a deposit instead of refunding it when the transfer before it expires", async () => {
    const world = await createAlmostFull(1);
    const { operator, l1, alice } = world;
    const { hash } = submit(world, alice, { ...TRANSFER, validUntil: l1.timestamp });
    const request = await deposit(world, 0xaaan, 3n);
    expect(operator.requestReceipt(request)?.refunded).to.equal(true);
    l1.increaseTime(1);
    await operator.processBlocks();
    expect(operator.receipt(hash)?.rejection?.code).to.equal("EXPIRED");
    expect(operator.requestReceipt(request)).to.not.have.property("refunded");
    expect(operator.state.balance(operator.state.accountIdOf(0xaaan)!, 0)).to.equal(3n);
    expect(paidTo(world, 0xaaan)).to.equal(0n);
  });

  it("ACCOUNT_CAPACITY_REACHED: rejects a transfer when L1 takes the last account", async () => {
    const world = await createAlmostFull(1);
    const { operator, l1, alice } = world;
    const snapshot = l1.snapshot();
    await deposit(world, alice.address, 3n);
    const transfer = submit(world, alice, TRANSFER);
    const later = submit(world, alice, { ...TRANSFER, amount: 7n });
    await operator.processBlocks("committed");
    l1.revert(snapshot);
    const request = await deposit(world, 0xaaan, 3n);
    await operator.processBlocks();
    expect(operator.requestReceipt(request)).to.not.have.property("refunded");
    expect(operator.state.accountIdOf(0xaaan)).to.equal(CAPACITY - 1);
    const codes = [transfer, later].map(({ hash }) => operator.receipt(hash)?.rejection?.code);
    expect(codes).to.deep.equal(["ACCOUNT_CAPACITY_REACHED", "ACCOUNT_CAPACITY_REACHED"]);
  });

  it("refunds a deposit that would overflow the balance", async () => {
    const world = await createOperatorWorld();
    const { operator, l1 } = world;
    const token = l1.listToken("INF");
    await deposit(world, NEWCOMER, AMOUNT_MAX, token.id);
    const request = await deposit(world, NEWCOMER, 5n, token.id);
    const other = await deposit(world, NEWCOMER, 5n);
    await operator.processBlocks();
    expect(operator.requestReceipt(request)).to.include({ status: "executed", refunded: true });
    expect(operator.requestReceipt(other)).to.not.have.property("refunded");
    expect(paidTo(world, NEWCOMER)).to.equal(5n);
  });

  it("refunds a deposit that would leave no space for fees in the fee account", async () => {
    const world = await createOperatorWorld({ preset: PRESETS.dev });
    const { operator } = world;
    const alice = await createFundedUser(world, random);
    await deposit(world, FEE_ACCOUNT_ADDRESS, AMOUNT_MAX - FUNDS);
    await operator.processBlocks();
    const fee = { ...TRANSFER, fee: 10n };
    submit(world, alice, fee);
    const fits = await deposit(world, FEE_ACCOUNT_ADDRESS, FUNDS - 20n);
    const request = await deposit(world, FEE_ACCOUNT_ADDRESS, 15n);
    expectCode("BALANCE_OVERFLOW", () => submit(world, alice, { ...fee, fee: 11n }));
    const { hash } = submit(world, alice, fee);
    await operator.processBlocks();
    expect(operator.requestReceipt(fits)).to.not.have.property("refunded");
    expect(operator.requestReceipt(request)).to.include({ status: "executed", refunded: true });
    expect(operator.receipt(hash)?.status).to.equal("executed");
    expect(operator.state.balance(0, 0)).to.equal(AMOUNT_MAX);
    expect(paidTo(world, FEE_ACCOUNT_ADDRESS)).to.equal(15n);
  });

  it("commits refunds again unchanged when blocks are reverted", async () => {
    const world = await createAlmostFull(0);
    const { operator, prover } = world;
    const request = await deposit(world, NEWCOMER, 5n);
    await operator.processBlocks("proven");
    const blockNumber = operator.requestReceipt(request)!.blockNumber!;
    const jobs = prover.jobs.length;
    await operator.revertBlocks(blockNumber);
    expect(operator.requestReceipt(request)).to.include({ status: "accepted", refunded: true });
    await operator.processBlocks();
    expect(prover.jobs.length).to.equal(jobs);
    expect(paidTo(world, NEWCOMER)).to.equal(5n);
  });

  it("continues after a block of refunds with the next request", async () => {
    const world = await createAlmostFull(0);
    const { l1, operator } = world;
    for (const owner of [NEWCOMER, 0xaaan]) await deposit(world, owner, 5n);
    await operator.processBlocks();
    const storedBlock = await l1.readStoredBlock(operator.blocks.length);
    expect(storedBlock.priorityRequests).to.equal(2);
    const { state } = operator;
    const nextRequestId = await deposit(world, 0x10005n, 11n);
    const start = { state, storedBlock, nextRequestId };
    const parts = { preset: PRESETS.minimal, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1 };
    const heir = await Operator.create({ ...parts, prover: world.prover, start });
    await heir.processBlocks();
    expect(heir.requestReceipt(nextRequestId)?.status).to.equal("executed");
    expect(heir.state.balance(heir.state.accountIdOf(0x10005n)!, 0)).to.equal(12n);
  });
});
