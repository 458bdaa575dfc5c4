/** The replayed events of any run give the same ledger. */
import { expect } from "chai";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { Operator } from "../../src/operator/operator.ts";
import { createLedger } from "../../src/operator/ledger/ledger.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  setSigningKey,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger, RecordingStore } from "../helpers/recording-store.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };
const ROUNDS = 60;

/** Actions of a run; faults among them may fail. */
const ACTIONS = {
  transfer: 8,
  expiring: 2,
  deposit: 4,
  setKey: 2,
  process: 4,
  processPartly: 3,
  fail: 3,
  wrongProof: 1,
  passTime: 2,
  passLongTime: 1,
  snapshot: 2,
  reorg: 2,
  revertBlocks: 1,
  checkpoint: 1,
  restart: 1,
} as const;
type Action = keyof typeof ACTIONS;
const POOL = Object.entries(ACTIONS).flatMap(([action, weight]) =>
  new Array<Action>(weight).fill(action as Action),
);

class Run {
  world: OperatorWorld & { alice: User };
  readonly store: RecordingStore;
  #snapshot: ReturnType<OperatorWorld["l1"]["snapshot"]> | undefined;
  #checkpoint: ReturnType<Operator["checkpoint"]> | undefined;

  constructor(world: OperatorWorld & { alice: User }, store: RecordingStore) {
    this.world = world;
    this.store = store;
  }

  static async create(): Promise<Run> {
    const store = new RecordingStore({ executedBlocksMax: 4, finalReceiptsMax: 20 });
    const world = await createOperatorWorld({ preset: PRESETS.dev, store });
    const alice = await createFundedUser(world, random);
    return new Run({ ...world, alice }, store);
  }

  async do(action: Action): Promise<void> {
    const { l1, operator, prover, alice } = this.world;
    switch (action) {
      case "transfer":
        submit(this.world, alice, TRANSFER);
        return;
      case "expiring":
        submit(this.world, alice, { ...TRANSFER, validUntil: l1.timestamp + 5n });
        return;
      case "deposit":
        await deposit(this.world, BigInt(1 + random.int(9)), 1n);
        return;
      case "setKey": {
        const user = new User(random);
        await deposit(this.world, user.address, 10n);
        await setSigningKey(this.world, user, random.pick(["eip712", "onchain"]));
        return;
      }
      case "process":
        await operator.processBlocks();
        return;
      case "processPartly":
        await operator.processBlocks(random.pick(["committed", "proven"]));
        return;
      case "fail":
        l1.failNext(random.pick(["commitBlocks", "proveBlocks", "executeBlocks"]));
        return;
      case "wrongProof":
        prover.wrongAfter(0);
        return;
      case "passTime":
        l1.increaseTime(random.int(20));
        return;
      case "passLongTime":
        l1.increaseTime(random.int(TIMESTAMP_LAG_MAX_SECONDS + 100));
        return;
      case "snapshot":
        this.#snapshot = l1.snapshot();
        return;
      case "reorg":
        if (this.#snapshot !== undefined) l1.revert(this.#snapshot);
        l1.increaseTime(1);
        return;
      case "revertBlocks": {
        const { executed } = operator.progress;
        return operator.revertBlocks(executed + 1);
      }
      case "checkpoint":
        if (random.bool()) this.#checkpoint = operator.checkpoint();
        else if (this.#checkpoint !== undefined) operator.restore(this.#checkpoint);
        return;
      case "restart":
        return this.#restart();
    }
  }

  /** Starts another operator from the store. */
  async #restart(): Promise<void> {
    const { l1, prover, operator } = this.world;
    const before = describeLedger(operator.checkpoint());
    await operator.close();
    const parts = { preset: PRESETS.dev, feeAccountAddress: FEE_ACCOUNT_ADDRESS };
    const { store } = this;
    expect(describeLedger(store.replay())).to.deep.equal(before);
    this.world = {
      ...this.world,
      operator: await Operator.create({ ...parts, l1, prover, store }),
    };
  }
}

/** Returns whether a failure is expected under these faults. */
function isExpected(error: unknown): boolean {
  return isRollupError(error) || String(error).includes("as the test wants");
}

describe(`operator: the events of a run (${random.title})`, () => {
  it("leads to the same ledger when it is replayed, after faults, reorgs and restarts", async () => {
    const run = await Run.create();
    const types = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      for (let step = 0; step < 5; step++) {
        await run.do(random.pick(POOL)).catch((error: unknown) => {
          if (!isExpected(error)) throw error;
        });
      }
      for (const { type } of run.store.events) types.add(type);
      const { operator } = run.world;
      expect(describeLedger(run.store.replay())).to.deep.equal(
        describeLedger(operator.checkpoint()),
      );
    }
    expect([...types]).to.include.members([
      "batchAccepted",
      "newsTaken",
      "progressTaken",
      "blockSealed",
      "blocksPrepared",
      "blocksCommitted",
      "proofMade",
    ]);
  });

  it("continues after a restart with all accepted transactions", async () => {
    const store = new RecordingStore();
    const world = await createOperatorWorld({ store });
    const alice = await createFundedUser(world, random);
    await world.operator.processBlocks("proven");
    const { hash } = submit(world, alice, TRANSFER);
    const jobs = world.prover.jobs.length;
    await world.operator.close();
    const { l1, prover } = world;
    const parts = { preset: PRESETS.minimal, feeAccountAddress: FEE_ACCOUNT_ADDRESS };
    const operator = await Operator.create({ ...parts, l1, prover, store });
    expect(operator.receipt(hash)?.status).to.equal("accepted");
    expect((await operator.waitFor(hash, "executed")).status).to.equal("executed");
    expect(prover.jobs.length, "no proof is made again").to.equal(jobs + 1);
  });

  it("STORE_FAILED: the store belongs to another rollup", async () => {
    const preset = PRESETS.minimal;
    const store = new RecordingStore();
    const state = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    const { l1 } = await createOperatorWorld({ preset });
    const { lastBlock: storedBlock } = l1.deployment;
    store.replace(
      createLedger({
        rollup: { chainId: 1n, rollupAddress: l1.rollupAddress, deploymentBlock: 0 },
        start: { state, storedBlock, nextRequestId: 0 },
        l1Limits: l1.limits,
        blockOverhead: 0,
        finalReceiptsMax: 1,
      }),
    );
    await expectRejection("STORE_FAILED", createOperatorWorld({ preset, store }));
  });
});
