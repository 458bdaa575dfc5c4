/** A new operator executes and reverts what the lost one has left, within the limits of L1. */
import { ZeroHash } from "ethers";
import { expect } from "chai";
import { executeCost, L1_LIMITS, type L1Limits, revertCost } from "../../src/l1/gas.ts";
import type { ExecuteBlock, L1Transaction, StoredBlock } from "../../src/l1/types.ts";
import type { RestoredBlock } from "../../src/restore/chain.ts";
import type { RestoredRollup } from "../../src/restore/restore.ts";
import { prepareStart, type ValidatorPort } from "../../src/restore/resume.ts";

const DONE: L1Transaction = { hash: ZeroHash, blockNumber: 1, gasUsed: 1n };

/** An L1 that remembers what it was sent, and fails when it is told to. */
class RecordingPort implements ValidatorPort {
  readonly executed: (readonly ExecuteBlock[])[] = [];
  readonly reverted: (readonly StoredBlock[])[] = [];
  callsUntilFailure = Infinity;

  executeBlocks(blocks: readonly ExecuteBlock[]): Promise<L1Transaction> {
    return this.#take(() => this.executed.push(blocks));
  }

  revertBlocks(blocks: readonly StoredBlock[]): Promise<L1Transaction> {
    return this.#take(() => this.reverted.push(blocks));
  }

  #take(record: () => void): Promise<L1Transaction> {
    if (this.callsUntilFailure-- === 0) return Promise.reject(new Error("L1 fails"));
    record();
    return Promise.resolve(DONE);
  }
}

function blockOf(blockNumber: number, payoutCount: number, status: string): RestoredBlock {
  const storedBlock = { blockNumber, payoutsHash: ZeroHash };
  const payouts = new Array(payoutCount).fill({ recipient: 1n, tokenId: 0, amount: 1n });
  return { status, storedBlock, payouts } as unknown as RestoredBlock;
}

function restoredWith(pending: readonly RestoredBlock[]): RestoredRollup {
  const executed = { storedBlock: { blockNumber: 0 } };
  return { executed, pending, faulty: [] } as unknown as RestoredRollup;
}

const numbersOf = (lists: readonly (readonly (ExecuteBlock | StoredBlock)[])[]) =>
  lists.map((blocks) =>
    blocks.map((block) =>
      "storedBlock" in block ? block.storedBlock.blockNumber : block.blockNumber,
    ),
  );

describe("settling what a lost operator has left", () => {
  it("takes one transaction for each kind if that is enough", async () => {
    const l1 = new RecordingPort();
    const pending = [1, 2].map((number) => blockOf(number, 3, "proven"));
    const committed = [3, 4].map((number) => blockOf(number, 3, "committed"));
    const start = await prepareStart(l1, restoredWith([...pending, ...committed]));
    expect(numbersOf(l1.executed)).to.deep.equal([[1, 2]]);
    expect(numbersOf(l1.reverted)).to.deep.equal([[4, 3]]);
    expect(start).to.equal(pending[1]);
  });

  it("splits executions and reverts by gas, down to single blocks", async () => {
    const l1 = new RecordingPort();
    const limits: L1Limits = { ...L1_LIMITS, gasMax: executeCost([5, 5]).gas };
    const proven = [5, 5, 1, 20, 0].map((count, index) => blockOf(index + 1, count, "proven"));
    const count = 3 + Math.floor(limits.gasMax / revertCost(1).gas);
    const committed = Array.from({ length: count }, (_, i) => blockOf(6 + i, 9, "committed"));
    await prepareStart(l1, restoredWith([...proven, ...committed]), limits);
    expect(numbersOf(l1.executed)).to.deep.equal([[1, 2], [3], [4], [5]]);
    for (const blocks of l1.reverted) {
      expect(revertCost(blocks.length).gas).to.be.at.most(limits.gasMax);
    }
    const expected = committed.map(({ storedBlock }) => storedBlock.blockNumber).toReversed();
    expect(numbersOf(l1.reverted).flat()).to.deep.equal(expected);
  });

  it("splits by bytes, and finalizes without payouts what is too large alone", async () => {
    const l1 = new RecordingPort();
    const limits: L1Limits = { ...L1_LIMITS, bytesMax: executeCost([5, 5]).bytes };
    const proven = [5, 5, 50, 2].map((count, index) => blockOf(index + 1, count, "proven"));
    await prepareStart(l1, restoredWith(proven), limits);
    expect(numbersOf(l1.executed)).to.deep.equal([[1, 2], [3], [4]]);
    const payouts = l1.executed.flat().map((block) => block.payouts.length);
    expect(payouts).to.deep.equal([5, 5, 0, 2]);
  });

  it("stops where L1 fails; what was done before stays", async () => {
    const l1 = new RecordingPort();
    l1.callsUntilFailure = 1;
    const limits: L1Limits = { ...L1_LIMITS, gasMax: executeCost([5]).gas };
    const proven = [1, 2].map((number) => blockOf(number, 5, "proven"));
    const failure: unknown = await prepareStart(l1, restoredWith(proven), limits).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.an("error");
    expect(numbersOf(l1.executed)).to.deep.equal([[1]]);
    l1.callsUntilFailure = Infinity;
    await prepareStart(l1, restoredWith([proven[1]!]), limits);
    expect(numbersOf(l1.executed)).to.deep.equal([[1], [2]]);
  });
});
