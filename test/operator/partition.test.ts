/** Where operations are cut into blocks: against all partitions there are, and in an operator. */
import { expect } from "chai";
import { linksNext } from "../../src/block/block.ts";
import { addNeeds, emptyBlockNeeds, operationNeeds } from "../../src/block/needs.ts";
import { splitBatches } from "../../src/operations/batch.ts";
import { cheapestPartition } from "../../src/operator/ledger/partition.ts";
import { DEFAULT_OPTIONS } from "../../src/operator/options.ts";
import { cheapestKind, kindCost } from "../../src/protocol/kind-costs.ts";
import { type BlockKind, type BlockNeeds, holds } from "../../src/protocol/kinds.ts";
import { accountCapacity, type Preset, PRESETS } from "../../src/protocol/presets.ts";
import { createRandom } from "../helpers/random.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  setSigningKey,
  signBatch,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { describeLedger, RecordingStore } from "../helpers/recording-store.ts";
import { isRollupError } from "../../src/util/errors.ts";

const random = createRandom();
const INPUTS = 300;
const BATCHES_MAX = 10;
const ROUNDS = 24;

/** Kinds of any shape, one of which holds everything. */
function randomPreset(): Preset {
  const kinds = new Map<string, BlockKind>();
  const whole: BlockKind = { slots: 2 + random.int(6), levels: 8, tokens: "wide" };
  for (let count = random.int(6); count >= 0; count--) {
    const kind = {
      slots: 2 + random.int(20),
      levels: 2 + random.int(7),
      tokens: random.pick(["main", "wide"] as const),
    };
    kinds.set(JSON.stringify(kind), kind);
  }
  kinds.set(JSON.stringify(whole), whole);
  return { ...PRESETS.full, blockKinds: [...kinds.values()] };
}

/** Batches of which each fits some kind together with the fee account. */
function randomBatches(preset: Preset, empty: BlockNeeds): BlockNeeds[] {
  return Array.from({ length: random.int(BATCHES_MAX + 1) }, () => {
    for (;;) {
      const needs: BlockNeeds = {
        slots: random.bool() ? 1 : 1 + random.int(5),
        levels: 2 + random.int(7),
        tokens: random.pick(["main", "main", "wide"] as const),
      };
      if (cheapestKind(preset, addNeeds(empty, needs)) !== undefined) return needs;
    }
  });
}

/** The least cost of all partitions, one after the other. */
function leastCost(costOf: (from: number, to: number) => number, count: number): number {
  let least = Infinity;
  for (let cuts = 0; cuts < 2 ** Math.max(0, count - 1); cuts++) {
    let [cost, from] = [0, 0];
    for (let to = 1; to <= count; to++) {
      if (to < count && (cuts & (1 << (to - 1))) === 0) continue;
      cost += costOf(from, to);
      from = to;
    }
    least = Math.min(least, cost);
  }
  return least;
}

describe(`operator: partitions into blocks (${random.title})`, () => {
  it("cost as little as the cheapest of all partitions", () => {
    for (let input = 0; input < INPUTS; input++) {
      const preset = randomPreset();
      const blockOverhead = random.pick([0, 1, 50_000, 200_000, 10_000_000]);
      const feeAccountId = random.pick([0, 0, 70, 300_000]);
      const empty = emptyBlockNeeds(feeAccountId);
      const batches = randomBatches(preset, empty);
      const costOf = (from: number, to: number) => {
        const needs = batches.slice(from, to).reduce(addNeeds, empty);
        const kind = cheapestKind(preset, needs);
        return kind === undefined ? Infinity : kindCost(preset, kind) + blockOverhead;
      };
      const lengths = cheapestPartition({ preset, batches, feeAccountId, blockOverhead });
      let [cost, from] = [0, 0];
      for (const length of lengths) {
        expect(length).to.be.above(0);
        cost += costOf(from, from + length);
        from += length;
      }
      expect(from, "every batch once").to.equal(batches.length);
      const least = batches.length === 0 ? 0 : leastCost(costOf, batches.length);
      expect(cost, `input ${input}: ${lengths.join()}`).to.equal(least);
    }
  });

  it("full: one past a size, and sizes around it", () => {
    const lengthsOf = (count: number, blockOverhead = DEFAULT_OPTIONS.blockOverhead) => {
      const batches = new Array<BlockNeeds>(count).fill({ slots: 1, levels: 6, tokens: "main" });
      return cheapestPartition({ preset: PRESETS.full, batches, feeAccountId: 0, blockOverhead });
    };
    expect(lengthsOf(0)).to.deep.equal([]);
    expect(lengthsOf(16)).to.deep.equal([16]);
    expect(lengthsOf(17)).to.deep.equal([16, 1]);
    expect(lengthsOf(33)).to.deep.equal([33]);
    expect(lengthsOf(64)).to.deep.equal([64]);
    expect(lengthsOf(65)).to.deep.equal([64, 1]);
    expect(lengthsOf(200)).to.deep.equal([200]);
    expect(lengthsOf(257)).to.deep.equal([256, 1]);
    expect(lengthsOf(65, 10_000_000)).to.deep.equal([65]);
  });

  it("are linear in the operations, for blocks of any size", () => {
    const kind: BlockKind = { slots: 16_383, levels: 8, tokens: "wide" };
    const small: BlockKind = { slots: 2, levels: 8, tokens: "wide" };
    const preset: Preset = { ...PRESETS.full, blockKinds: [kind, small] };
    const batches = new Array<BlockNeeds>(16_383).fill({ slots: 1, levels: 8, tokens: "main" });
    const start = performance.now();
    const uncut = { preset, batches, feeAccountId: 0, blockOverhead: 1 };
    expect(cheapestPartition(uncut)).to.deep.equal([16_383]);
    // A quadratic program takes seconds.
    expect(performance.now() - start).to.be.below(500);
  });
});

describe(`operator: cuts and fee tokens (${random.title})`, () => {
  it("cut elsewhere if the part that is cheapest has fees in too many tokens", async () => {
    const blockKinds: BlockKind[] = [
      { slots: 4, levels: 4, tokens: "main" },
      { slots: 16, levels: 4, tokens: "main" },
      { slots: 4, levels: 4, tokens: "wide" },
    ];
    const preset: Preset = { ...PRESETS.dev, blockKinds };
    const world = await createOperatorWorld({ preset, options: { blockOverhead: 0 } });
    for (const name of ["T1", "T2"]) world.l1.listToken(name);
    const alice = await createFundedUser(world, random);
    for (const tokenId of [1, 2]) await deposit(world, alice.address, 100n, tokenId);
    await world.operator.processBlocks();
    const first = world.operator.blocks.length;
    // Cut into 4 and 3 this is cheapest, but the second block would have fees in three tokens.
    for (const tokenId of [0, 0, 0, 0, 0, 1, 2]) {
      const transfer = { type: "transfer", tokenId, recipient: alice.address, amount: 1n } as const;
      submit(world, alice, { ...transfer, fee: 1n });
    }
    await world.operator.processBlocks();
    const lengths = world.operator.blocks.map(({ applied }) => applied.block.operations.length);
    expect(lengths.slice(first)).to.deep.equal([4, 2, 1]);
  });
});

const KINDS: readonly BlockKind[] = [
  { slots: 2, levels: 2, tokens: "main" },
  { slots: 8, levels: 2, tokens: "main" },
  { slots: 24, levels: 3, tokens: "main" },
  { slots: 4, levels: 2, tokens: "wide" },
  { slots: 6, levels: 4, tokens: "wide" },
];
const PRESET: Preset = { ...PRESETS.dev, blockKinds: KINDS };
const TOKENS = [0, 0, 0, 1, 2, 8, 9];

/** The owner of the fee account, who sends its fees. */
class FeeAccount extends User {
  override readonly address = FEE_ACCOUNT_ADDRESS;
}

describe(`operator: operations in blocks (${random.title})`, () => {
  let world: OperatorWorld;
  let users: User[];
  const store = new RecordingStore();
  /** Batches by the hashes of their transactions, in the order in which they were accepted last. */
  const accepted = new Map<string, number>();

  before(async () => {
    world = await createOperatorWorld({
      preset: PRESET,
      store,
      options: { blockOverhead: 20_000 },
    });
    for (let id = 1; id <= 9; id++) world.l1.listToken(`T${id}`);
    users = [];
    for (let count = 0; count < 3; count++) users.push(await createFundedUser(world, random));
    const feeAccount = new FeeAccount(random);
    await setSigningKey(world, feeAccount, "onchain");
    users.push(feeAccount);
    for (const { address } of users) {
      for (const tokenId of new Set(TOKENS)) await deposit(world, address, 10n ** 9n, tokenId);
    }
    await world.operator.processBlocks();
  });

  /** Transactions of one batch, with fees in several tokens, to accounts old and new. */
  function submitRandom(batch: number): void {
    const parts = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, (): [User, Draft] => {
      const recipient = random.bool() ? random.pick(users).address : BigInt(1 + random.int(200));
      const tokenId = random.pick(TOKENS);
      const fee = BigInt(random.int(2));
      return [random.pick(users), { type: "transfer", tokenId, recipient, amount: 1n, fee }];
    });
    const known = world.operator.state;
    const drafts = parts.map(([user, draft]): [User, Draft] => {
      const isNew = known.accountIdOf((draft as { recipient: bigint }).recipient) === undefined;
      return [user, (isNew ? { ...draft, type: "transferToNew" } : draft) as Draft];
    });
    try {
      const signed = signBatch(world, drafts);
      const receipts = world.operator.submitBatch(
        signed.map((transaction) => ({ transaction, authorization: "0x" })),
      );
      for (const { hash } of receipts) {
        accepted.delete(hash); // The same one again, after it was rejected.
        accepted.set(hash, batch);
      }
    } catch (error) {
      // Two new accounts with the same address, three fee tokens, no money.
      if (!isRollupError(error)) throw error;
    }
  }

  async function act(round: number): Promise<void> {
    const { l1, operator } = world;
    for (let count = random.int(30); count > 0; count--) submitRandom(round * 100 + count);
    const accountId = random.int(accountCapacity(PRESET));
    const owner = random.bool() ? FEE_ACCOUNT_ADDRESS : 7n;
    l1.request({ type: "fullExit", accountId, tokenId: random.pick(TOKENS), owner });
    l1.request({ type: "deposit", owner, tokenId: random.pick(TOKENS), amount: 3n });
    l1.request({ type: "fullExit", accountId: 0, tokenId: 0, owner: FEE_ACCOUNT_ADDRESS });
    const next = random.pick(["read", "seal", "none"]);
    if (next === "read") await operator.syncL1();
    if (next === "seal") operator.sealBlock();
    if (random.int(4) === 0) await operator.processBlocks(random.pick(["committed", "executed"]));
    const { committed, executed } = operator.progress;
    if (committed > executed && random.bool()) await operator.revertBlocks(executed + 1);
    if (random.int(3) === 0) l1.increaseTime(random.int(60_000));
  }

  it("keep their order and their batches, in blocks that their kinds hold", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await act(round);
      if (round % 8 > 0) continue;
      expect(describeLedger(store.replay())).to.deep.equal(
        describeLedger(world.operator.checkpoint()),
      );
    }
    await world.operator.processBlocks();
    const { operator } = world;
    for (const { applied } of operator.blocks) {
      const { kind, operations, feeAccountId } = applied.block;
      const needs = operations.map(operationNeeds).reduce(addNeeds, emptyBlockNeeds(feeAccountId));
      expect(holds(kind, needs)).to.equal(true);
      expect(kind).to.deep.equal(cheapestKind(PRESET, needs));
      expect(splitBatches(operations, linksNext).flat()).to.have.length(operations.length);
    }
    const places = [...accepted].flatMap(([hash, batch]) => {
      const receipt = operator.receipt(hash)!;
      if (receipt.status === "rejected") return [];
      expect(receipt.status).to.equal("executed");
      const { blockNumber, slotIndex } = receipt;
      return [{ batch, blockNumber: blockNumber!, slotIndex: slotIndex! }];
    });
    for (const [index, { batch, blockNumber, slotIndex }] of places.entries()) {
      const before = places[index - 1];
      if (before === undefined) continue;
      const isLater =
        blockNumber > before.blockNumber ||
        (blockNumber === before.blockNumber && slotIndex > before.slotIndex);
      expect(isLater, `place ${index}`).to.equal(true);
      if (batch === before.batch) expect(blockNumber).to.equal(before.blockNumber);
    }
    expect(places.length, "many of them are executed").to.be.above(ROUNDS);
    const kinds = new Set(operator.blocks.map(({ applied }) => applied.block.kind));
    expect(kinds.size, "of several kinds").to.be.above(1);
  });
});
