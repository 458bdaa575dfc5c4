/** See also test/contracts/exodus.test.ts and test/circuits/exit, which test each rule alone. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { network } from "hardhat";
import { createExitWitnessInput } from "../../src/block/exit.ts";
import type { StoredBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import {
  executedBlock,
  expectImpossible,
  expectPossible,
  preset,
  provenBlock,
  startExodus,
} from "../helpers/attacks.ts";
import { expectL1Refusal } from "../helpers/expect-code.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { createRandom } from "../helpers/random.ts";
import {
  BALANCE,
  createScene,
  FEE,
  forcedExit,
  fullExit,
  operationBy,
  type Scene,
  stranger,
} from "../helpers/scene.ts";
import { loadExitCircuit } from "../helpers/template-circuit.ts";
import { createTestRollup, type TestRollup, ZERO_PROOF } from "../helpers/test-rollup.ts";

const random = createRandom();
const FUNDS = 1000n;

describe(`Attacks on exits: operations, ${random.title}`, () => {
  let scene: Scene;
  beforeEach(() => {
    scene = createScene(random, preset);
  });

  it("ForcedExit of an account with a key", async () => {
    const operations = [forcedExit(scene, scene.bob, BALANCE)];
    await expectImpossible("TARGET_HAS_SIGNING_KEY", scene, { operations });
    await expectPossible(scene, { operations: [forcedExit(scene, scene.carol, BALANCE)] });
  });

  it("ForcedExit of an account that has set its key earlier in the same block", async () => {
    const { carol } = scene;
    const setsKey = operationBy(scene, { type: "changePubKey" }, carol);
    const operations = [setsKey, forcedExit(scene, carol, BALANCE - FEE)];
    await expectImpossible("TARGET_HAS_SIGNING_KEY", scene, { operations });
  });

  it("FullExit by somebody else: only an exit of 0 can be proven", async () => {
    const { accountId } = scene.bob;
    const thief = { accountId, ...stranger(scene) };
    const theft = [fullExit(scene, thief, BALANCE)];
    await expectImpossible("EXIT_AMOUNT_MISMATCH", scene, { operations: theft });
    const { state, payouts } = await expectPossible(scene, {
      operations: [fullExit(scene, thief, 0n)],
    });
    expect([state.root, payouts.length]).to.deep.equal([scene.state.root, 0]);
  });

  it("double exit: the second full exit of a block has the amount 0", async () => {
    const exit = fullExit(scene, scene.bob, BALANCE);
    const breach = { operations: [exit, exit] };
    await expectImpossible("EXIT_AMOUNT_MISMATCH", scene, breach, "INSUFFICIENT_BALANCE");
    const { payouts } = await expectPossible(scene, {
      operations: [exit, fullExit(scene, scene.bob, 0n)],
    });
    expect(payouts).to.have.length(1);
  });
});

describe("Attacks on exits: requests", () => {
  it("FullExit by somebody else: the operator serves it, and nobody loses money", async () => {
    const { rollup, ethers } = await network.create();
    await rollup.deploy({ prover: "mock" });
    const [, alice, mallory] = await rollup.getWallets();
    await (await alice!.deposit({ token: "ETH", amount: FUNDS })).wait();
    const accountId = await alice!.accountId();
    const contract = rollup.contracts.rollup;
    const asMallory = contract.connect(await ethers.getSigner(mallory!.address));
    await asMallory.requestFullExit(accountId, ZeroAddress);
    await rollup.processBlocks();
    expect(await alice!.getBalance("ETH")).to.equal(FUNDS);
    const { firstOpen, next } = await contract.priorityQueue();
    expect([firstOpen, next]).to.deep.equal([2n, 2n]);
    expect(await contract.pendingBalance(mallory!.address, ZeroAddress)).to.equal(0n);
  });
});

describe("Attacks on exits: exodus", () => {
  let fixture: TestRollup;
  let deposit: PublicOperation<"deposit">;
  beforeEach(async () => {
    fixture = await createTestRollup("MockVerifier", { priorityExpirationSeconds: 1000 });
    const { client, user } = fixture;
    await client.depositEth(user.address, FUNDS);
    const owner = BigInt(user.address);
    deposit = { type: "deposit", accountId: 1, tokenId: 0, owner, amount: FUNDS };
  });

  const perform = (last: StoredBlock, changes: object = {}) => {
    const { rollup, other, user } = fixture;
    const claim = { accountId: 1, tokenId: 0, owner: user.address, amount: FUNDS, ...changes };
    return rollup.connect(other).performExit(last, claim, ZERO_PROOF);
  };

  const refused = (call: Promise<unknown>, error: string) =>
    expect(call).to.be.revertedWithCustomError(fixture.rollup, error);

  it("double exit: an account and token have no second claim", async () => {
    const last = await executedBlock(fixture, fixture.genesis, [deposit]);
    await startExodus(fixture);
    await perform(last, { amount: 400n });
    for (const changes of [{}, { amount: 600n }, { owner: fixture.other.address }]) {
      await refused(perform(last, changes), "AlreadyExited");
    }
  });

  it("exit after execution: no claimable state contains a paid amount", async () => {
    const { rollup, user, genesis } = fixture;
    const before = await executedBlock(fixture, genesis, [deposit]);
    await rollup.connect(user).requestFullExit(1, ZeroAddress);
    const exit = { ...deposit, type: "fullExit" } as const;
    const after = await executedBlock(fixture, before, [exit]);
    await startExodus(fixture);
    await refused(perform(before), "BlockOutOfOrder");
    await refused(perform({ ...after, stateRoot: before.stateRoot }), "StoredBlockMismatch");
    await refused(perform(after, { amount: 0n }), "AmountZero");
  });

  it("exit after execution: the exit circuit proves no withdrawn balance", async () => {
    const { state, bob, tokenId } = createScene(random, preset);
    const circuit = await loadExitCircuit(preset);
    const earlier = createExitWitnessInput(state, bob.accountId, tokenId);
    expect(circuit.checkWitness(await circuit.calculateWitness(earlier))).to.equal(null);
    const stateAfter = state.update(bob.accountId, tokenId, { balance: 0n });
    const later = createExitWitnessInput(stateAfter, bob.accountId, tokenId);
    await expectCircuitRefusal(circuit, { ...later, amount: BALANCE });
    await expectCircuitRefusal(circuit, { ...earlier, stateRoot: stateAfter.root });
  });

  it("exit after execution: a block with an exit is void if it is not executed", async () => {
    const { rollup, client, user, genesis } = fixture;
    const last = await executedBlock(fixture, genesis, [deposit]);
    await rollup.connect(user).requestFullExit(1, ZeroAddress);
    const exit = { ...deposit, type: "fullExit" } as const;
    const { storedBlock, payouts } = await provenBlock(fixture, last, [exit]);
    await startExodus(fixture);
    await perform(last);
    const execution = client.executeBlocks([{ storedBlock, payouts }]);
    await expectL1Refusal("ExodusMode", execution);
  });

  it("deposit cancelled twice: a deposit in the state cannot be cancelled either", async () => {
    const { rollup, client, user, genesis } = fixture;
    const cancel = (requestId: number, amount: bigint) =>
      rollup.cancelDeposits([{ requestId, owner: user.address, tokenId: 0, amount }]);
    await executedBlock(fixture, genesis, [deposit]);
    await client.depositEth(user.address, 7n);
    await startExodus(fixture);
    await refused(cancel(0, FUNDS), "DepositExecuted");
    await cancel(1, 7n);
    await refused(cancel(1, 7n), "DepositUnknown");
    expect(await rollup.pendingBalance(user.address, ZeroAddress)).to.equal(7n);
  });
});
