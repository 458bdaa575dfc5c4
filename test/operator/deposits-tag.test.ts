/** Deposits that count only when their L1 block is finalized, beside blocks that do not wait. */
import { expect } from "chai";
import { network } from "hardhat";
import { toQuantity } from "ethers";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import { Operator } from "../../src/operator/operator.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import { restoreRollup } from "../../src/restore/restore.ts";
import { prepareStart } from "../../src/restore/resume.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { FaultyProvider } from "../helpers/faulty-provider.ts";

const { ethers, networkHelpers, rollup, provider } = await network.create();
const [validator, user] = await ethers.getSigners();

describe("deposits at finalized L1 blocks", () => {
  /** Number of the last finalized block; Hardhat itself has no such. */
  let finalized: number;
  let l1: RollupClient;
  let operator: Operator;
  let depositor: RollupClient;

  async function deployed() {
    await rollup.deploy({ prover: "mock", mode: "manual" });
    const { rollupAddress } = rollup.operator;
    await rollup.operator.close();
    return { rollupAddress };
  }

  beforeEach(async () => {
    const { rollupAddress } = await networkHelpers.loadFixture(deployed);
    finalized = 0;
    const faulty = new FaultyProvider({
      request: ({ method, params = [] }) => {
        const [block, ...rest] = params;
        const isTagged = method === "eth_getBlockByNumber" && block === "finalized";
        const asked = isTagged ? [toQuantity(finalized), ...rest] : [...params];
        return provider.request({ method, params: asked });
      },
    });
    const signer = await faulty.ethers.getSigner(validator!.address);
    const { deploymentBlock } = await connectRollup({ rollupAddress }, ethers.provider);
    const location = { rollupAddress, deploymentBlock };
    l1 = await connectRollup(location, signer, { deposits: "finalized" });
    depositor = await connectRollup(location, user!);
    operator = await start();
  });

  afterEach(() => operator.close());

  /** Starts an operator from L1. */
  async function start(): Promise<Operator> {
    const restored = await restoreRollup(createRestoreSource(l1));
    const { preset, feeAccountAddress } = restored;
    const parts = { preset, feeAccountAddress, l1, prover: createMockProver() };
    const start = await prepareStart(l1, restored);
    return Operator.create({ ...parts, start, options: { mode: "manual" } });
  }

  const deposit = async () => (await depositor.depositEth(user!.address, 5n)).transaction;
  const latest = () => ethers.provider.getBlockNumber();

  it("credits a deposit when its block is finalized, and not before", async () => {
    const { blockNumber } = await deposit();
    await networkHelpers.mine(3);
    expect(await operator.syncL1()).to.equal(0);
    expect(await operator.processBlocks()).to.deep.equal([]);
    finalized = blockNumber - 1;
    expect(await operator.syncL1()).to.equal(0);
    finalized = blockNumber;
    expect(await operator.syncL1()).to.equal(1);
    const [block] = await operator.processBlocks();
    expect(block!.status).to.equal("executed");
    expect(operator.requestReceipt(0)!.status).to.equal("executed");
  });

  it("sees the progress of its own blocks at once", async () => {
    finalized = (await deposit()).blockNumber;
    await deposit();
    await operator.processBlocks();
    // The blocks of commit, proof and execution are not finalized.
    expect(finalized).to.be.lessThan((await latest()) - 3);
    expect(operator.progress).to.include({ committed: 1, proven: 1, executed: 1 });
    expect(await operator.syncL1()).to.equal(0);
    finalized += 1;
    expect(await operator.processBlocks()).to.have.length(1);
    expect(operator.progress.executed).to.equal(2);
  });

  it("follows a reorg of blocks that are not finalized", async () => {
    finalized = (await deposit()).blockNumber;
    await operator.syncL1();
    const before: unknown = await ethers.provider.send("evm_snapshot", []);
    await operator.processBlocks();
    expect(operator.progress.executed).to.equal(1);
    await ethers.provider.send("evm_revert", [before]);
    await networkHelpers.mine(20);
    await operator.syncL1();
    expect(operator.progress).to.include({ committed: 0, executed: 0 });
    expect(operator.requestReceipt(0)!.status).not.to.equal("executed");
    await operator.processBlocks();
    expect(operator.progress.executed).to.equal(1);
  });

  it("does not forget what was finalized, when a node knows less", async () => {
    finalized = (await deposit()).blockNumber;
    expect(await operator.syncL1()).to.equal(1);
    finalized -= 2;
    expect(await operator.syncL1()).to.equal(0);
    expect(operator.requestReceipt(0)).not.to.equal(undefined);
  });

  it("starts from executed blocks whose deposits are not finalized", async () => {
    finalized = (await deposit()).blockNumber;
    await operator.processBlocks();
    finalized -= 1;
    await operator.close();
    operator = await start();
    expect(await operator.syncL1()).to.equal(0);
    finalized = (await deposit()).blockNumber;
    expect(await operator.syncL1()).to.equal(1);
    await operator.processBlocks();
    expect(operator.progress.executed).to.equal(2);
  });

  it("stops at an exodus that is not finalized", async () => {
    await deposit();
    await networkHelpers.time.increase(15 * 24 * 60 * 60);
    await depositor.activateExodusMode();
    await operator.syncL1();
    expectCode("ROLLUP_IN_EXODUS", () => {
      throw operator.obstacle!;
    });
  });
});
