/** The replayed events of any run give the same ledger. */
import { expect } from "chai";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { Operator } from "../../src/operator/operator.ts";
import { createLedger } from "../../src/operator/ledger/ledger.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { OperatorRun } from "../helpers/operator-run.ts";
import {
  createFundedUser,
  createOperatorWorld,
  type Draft,
  FEE_ACCOUNT_ADDRESS,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { describeLedger, RecordingStore } from "../helpers/recording-store.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 1n };
const ROUNDS = 60;

describe(`operator: the events of a run (${random.title})`, () => {
  it("leads to the same ledger when it is replayed, after faults, reorgs and restarts", async () => {
    const run = await OperatorRun.create(random);
    const types = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      for (let step = 0; step < 5; step++) {
        await run.step();
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
