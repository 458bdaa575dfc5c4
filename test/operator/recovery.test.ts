import { expect } from "chai";
import type { L1Deployment } from "../../src/l1/types.ts";
import { Operator } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { FakeL1 } from "../helpers/fake-l1.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  submit,
  TestProver,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };

describe(`operator: failures (${random.title})`, () => {
  for (const call of ["commitBlocks", "proveBlocks", "executeBlocks"] as const) {
    it(`loses nothing when ${call} fails on L1`, async () => {
      const world = await createOperatorWorld({
        options: { blocksPerTransaction: 1, proofsPerTransaction: 1 },
      });
      const { l1, operator } = world;
      const alice = await createFundedUser(world, random);
      const { hash } = submit(world, alice, TRANSFER);
      const { root } = operator.state;
      l1.failNext(call);
      const error = await expectRejection("BLOCK_STEP_FAILED", operator.processBlocks());
      expect(error.facts["blockNumber"]).to.equal(1);
      expect(error.cause).to.be.instanceOf(Error);
      expect(operator.state.root).to.equal(root);
      expect((await operator.waitFor(hash, "executed")).status).to.equal("executed");
      expect(l1.statuses).to.deep.equal(["executed", "executed"]);
      expect(l1.calls.filter((name) => name === call)).to.have.length(3);
    });
  }

  it("loses nothing when the prover fails, and proves no block twice", async () => {
    const world = await createOperatorWorld();
    const { operator, prover } = world;
    for (let i = 0; i < 6; i++) await deposit(world, 5n, 1n);
    await operator.processBlocks("committed");
    prover.failures = 1;
    await expectRejection("BLOCK_STEP_FAILED", operator.proveBlocks());
    world.l1.failNext("proveBlocks");
    await expectRejection("BLOCK_STEP_FAILED", operator.proveBlocks());
    expect(prover.jobs).to.have.length(3);
    await operator.processBlocks();
    expect(prover.jobs).to.have.length(3);
    expect(operator.requestReceipt(5)?.status).to.equal("executed");
  });

  for (const kept of ["requests", "tokens"] as const) {
    it(`L1_EVENTS_MISSING: reads nothing while a node withholds ${kept}`, async () => {
      const { l1, operator } = await createOperatorWorld();
      await operator.syncL1();
      const readNews = l1.readNews.bind(l1);
      // Like a node that has the latest block without its logs.
      l1.readNews = async (fromBlock) => ({ ...(await readNews(fromBlock)), [kept]: [] });
      const deposited = { type: "deposit", owner: 5n, tokenId: 0, amount: 1n } as const;
      const requestId = l1.request(deposited);
      l1.listToken("TST");
      await expectRejection("L1_EVENTS_MISSING", operator.syncL1());
      expect(operator.requestReceipt(requestId)).to.equal(undefined);
      l1.readNews = readNews;
      await operator.processBlocks();
      expect(operator.requestReceipt(requestId)?.status).to.equal("executed");
      expect(operator.tokens).to.have.length(2);
    });
  }

  it("proves a block again after L1 has refused the proof", async () => {
    const world = await createOperatorWorld();
    await deposit(world, 5n, 1n);
    world.prover.wrongAfter(0);
    await expectRejection("BLOCK_STEP_FAILED", world.operator.processBlocks());
    await world.operator.processBlocks();
    expect(world.prover.jobs).to.have.length(2);
    expect(world.l1.statuses).to.deep.equal(["executed"]);
  });

  it("finds the wrong one of several proofs, and repeats only that one", async () => {
    const world = await createOperatorWorld();
    const { operator, prover, l1 } = world;
    for (let i = 0; i < 8; i++) await deposit(world, 5n, 1n);
    await operator.processBlocks("committed");
    prover.wrongAfter(2);
    const error = await expectRejection("BLOCK_STEP_FAILED", operator.proveBlocks());
    expect(error.facts).to.include({ step: "submit proof", blockNumber: 3 });
    expect(l1.statuses).to.deep.equal(["proven", "proven", "committed", "committed"]);
    expect(l1.calls.filter((name) => name === "proveBlocks")).to.have.length(4);
    await operator.processBlocks();
    expect(l1.statuses).to.deep.equal(new Array<string>(4).fill("executed"));
    expect(prover.jobs).to.have.length(5);
    expect(l1.calls.filter((name) => name === "proveBlocks")).to.have.length(5);
  });

  it("reads L1 again after a failed read", async () => {
    const world = await createOperatorWorld();
    world.l1.failNext("readNews");
    world.l1.request({ type: "deposit", owner: 5n, tokenId: 0, amount: 1n });
    const failure = await world.operator.syncL1().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    expect(await world.operator.syncL1()).to.equal(1);
    expect(await world.operator.syncL1()).to.equal(0);
  });
});

describe(`operator: checkpoints (${random.title})`, () => {
  it("restores exactly the earlier state, any number of times", async () => {
    const world = await createOperatorWorld();
    const { l1, operator } = world;
    const alice = await createFundedUser(world, random);
    await operator.processBlocks("proven");
    const kept = submit(world, alice, TRANSFER);
    const checkpoint = operator.checkpoint();
    const l1Snapshot = l1.snapshot();
    const root = operator.state.root;
    const blocks = operator.blocks;

    for (let round = 0; round < 2; round++) {
      const lost = submit(world, alice, { ...TRANSFER, amount: 7n });
      l1.listToken("LATE");
      const request = await deposit(world, 9n, 3n);
      await operator.processBlocks();
      expect(operator.receipt(kept.hash)?.status).to.equal("executed");

      await operator.exclusively(() => operator.restore(checkpoint));
      l1.revert(l1Snapshot);
      expect(operator.state.root).to.equal(root);
      expect(operator.blocks).to.equal(blocks);
      expect(operator.tokens).to.have.length(1);
      expect(operator.receipt(kept.hash)).to.deep.equal(kept);
      expect(operator.receipt(lost.hash)).to.equal(undefined);
      expect(operator.requestReceipt(request)).to.equal(undefined);
    }
    expect((await operator.waitFor(kept.hash, "executed")).status).to.equal("executed");
  });

  it("waits for pending L1 transactions before it acts alone", async () => {
    const world = await createOperatorWorld();
    await deposit(world, 5n, 1n);
    const processing = world.operator.processBlocks();
    const seen = await world.operator.exclusively(() => world.l1.statuses);
    expect(seen).to.deep.equal(["executed"]);
    await processing;
  });
});

describe("operator: refused deployments", () => {
  const cases: readonly (readonly [string, string, (deployment: L1Deployment) => L1Deployment])[] =
    [
      [
        "PROTOCOL_DIGEST_MISMATCH",
        "a contract of another version",
        (deployment) => ({ ...deployment, protocolDigest: "0x00" }),
      ],
      [
        "CAPACITY_MISMATCH",
        "another number of accounts",
        (deployment) => ({ ...deployment, accountCapacity: 8 }),
      ],
      [
        "CAPACITY_MISMATCH",
        "another number of tokens",
        (deployment) => ({ ...deployment, tokenCapacity: 64 }),
      ],
      [
        "ROLLUP_NOT_FRESH",
        "blocks of an operator before",
        ({ lastBlock, ...rest }) => ({ ...rest, lastBlock: { ...lastBlock, blockNumber: 1 } }),
      ],
      [
        "GENESIS_MISMATCH",
        "another genesis state",
        ({ lastBlock, ...rest }) => ({ ...rest, lastBlock: { ...lastBlock, stateRoot: 1n } }),
      ],
    ];
  const preset = PRESETS.minimal;
  const createL1 = () => {
    const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    return new FakeL1(preset, genesis.root);
  };
  const parts = { preset, feeAccountAddress: FEE_ACCOUNT_ADDRESS, prover: new TestProver() };

  for (const [code, what, change] of cases) {
    it(`${code}: ${what}`, async () => {
      const l1 = createL1();
      l1.deployment = change(l1.deployment);
      await expectRejection(code, Operator.create({ ...parts, l1 }));
    });
  }

  it("PROTOCOL_DIGEST_MISMATCH: circuits of another version", async () => {
    const started = Operator.create({ ...parts, l1: createL1(), circuitsProtocolDigest: "0x00" });
    await expectRejection("PROTOCOL_DIGEST_MISMATCH", started);
  });
});
