/** The stage that proves a block: what it hashes for the witness, and the job that it hands on. */
import { expect } from "chai";
import type { AppliedBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import type { BlockWitnessInput } from "../../src/block/witness-input.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import type { Prepared } from "../../src/operator/ledger/blocks.ts";
import { proveBlock } from "../../src/operator/stages/prove-block.ts";
import { blockKindId } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import type { ProofJob } from "../../src/prover/prover.ts";
import { RollupState } from "../../src/state/rollup-state.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { fundedState, transferBlock } from "../helpers/hand-made-block.ts";

const preset = PRESETS.dev;
const TOKENS = [0, 100, 101];

/** Applies a wide block to a new state, so that nothing of it has a hash yet. */
function wideBlock(): AppliedBlock {
  const state = fundedState(preset, { accountIds: [1, 2, 300, 301], tokens: TOKENS });
  return transferBlock(state, [
    { from: 1, to: 300, tokenId: 100, amount: 5n, fee: 2n },
    { from: 301, to: 300, tokenId: 100, amount: 5n },
    { from: 1, to: 2, tokenId: 0, amount: 7n, fee: 3n },
  ]);
}

/** Proves a block with a prover that keeps its job. @returns The job and the hashes for it. */
async function jobOf(applied: AppliedBlock, hash: (list: readonly bigint[]) => bigint) {
  const jobs: ProofJob[] = [];
  const hashes: bigint[] = [];
  const close = () => Promise.resolve();
  const prove = (job: ProofJob) => {
    jobs.push(job);
    return Promise.resolve({ proof: [], publicInputs: job.publicInputs });
  };
  const hashMany = (lists: readonly (readonly bigint[])[]) => {
    const results = lists.map(hash);
    hashes.push(...results);
    return Promise.resolve(results);
  };
  const parts = {
    prover: { name: "keeps its job", capacity: 1, prove, close },
    crypto: { ...createBatchCrypto(0), hashMany },
    clock: new FakeClock(),
  };
  // The commitment is of the same block on another state, so it hashes nothing here.
  const commitment = commitBlock(wideBlock(), 1n);
  await proveBlock(parts, { applied, commitment } as unknown as Prepared);
  return { job: jobs[0]!, input: jobs[0]!.input as unknown as BlockWitnessInput, hashes };
}

describe("proof of a block", () => {
  it("hands on the id of the kind's key and the public inputs", async () => {
    const applied = wideBlock();
    const { job, input } = await jobOf(applied, poseidon);
    expect(applied.block.kind).to.deep.equal({ slots: 4, levels: 4, tokens: "wide" });
    expect(job.keyId).to.equal(blockKindId(applied.block.kind));
    expect(job.publicInputs).to.deep.equal([input.digest, input.z, input.y]);
  });

  it("hashes the states inside a block only below the cells", async () => {
    const applied = wideBlock();
    const { input, hashes } = await jobOf(applied, poseidon);
    expect(hashes).to.include.members([input.oldStateRoot]);
    const inside = applied.slots.map(({ afterA }) => afterA);
    const known = new Set([applied.before.root, ...input.cells.flat()]);
    const changed = inside
      .flatMap((state) => [state.root, ...state.top(4).cells.flat()])
      .filter((hash) => !known.has(hash));
    expect(changed).to.not.deep.equal([]);
    expect(changed.filter((hash) => hashes.includes(hash))).to.deep.equal([]);
  });

  it("leaves no hash for the witness to compute itself", async () => {
    let count = 0n;
    const { input, hashes } = await jobOf(wideBlock(), () => ++count);
    const counted = new Set(hashes);
    const empty = RollupState.empty(preset);
    const known = new Set([
      ...empty.leaf(0).tails,
      ...empty.top(4).cells.flat(),
      ...empty.witness(0, 0).stateSiblings.flat(),
    ]);
    const { cells, stateSiblings, feeStateSiblings, tails, feeTails } = input;
    const siblings = [...stateSiblings.flat(2), ...feeStateSiblings];
    const read = [...cells, ...siblings, ...tails.flat(), feeTails].flat();
    const fresh = read.filter((hash) => !known.has(hash));
    expect(fresh).to.not.deep.equal([]);
    expect(fresh.filter((hash) => !counted.has(hash))).to.deep.equal([]);
  });
});
