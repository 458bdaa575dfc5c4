import { applyBlock, type Block } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { type BlockWitnessInput, createBlockWitnessInput } from "../../src/block/witness-input.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { newAccount } from "../../src/state/account.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import { recommit } from "../helpers/dishonest-input.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";
import { expectEachNeeded } from "../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

const BRANCH_SIGNALS = [
  "kind",
  "nonce",
  "accountAddress",
  "pubKeyHash",
  "balance",
  "stateSiblings",
  "tokenSiblings",
] as const;

const FEE_SIGNALS = [
  "feeNonce",
  "feeAddress",
  "feePubKeyHash",
  "feeBalance",
  "feeStateSiblings",
  "feeTokenSiblings",
] as const;

/**
 * Joins the parts of two honest blocks on different states: each part of a block must read the
 * state that the part before it wrote.
 */
describe(`The chain of states in a block, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(preset, 2);
  });

  const genesis = createGenesisState(preset, { feeAccountAddress: 1n + random.bigint(159) });
  const richer = genesis.update(7, 0, { account: newAccount(5n), balance: 1n << 100n });
  const noop: Operation = { type: "noop" };
  const deposit: Operation = {
    type: "deposit",
    accountId: 9,
    tokenId: 0,
    owner: random.bigint(160),
    amount: random.bigint(104),
  };

  it("starts at the old root", async () => {
    const { oldStateRoot } = inputOf(genesis, [noop]);
    await refuse({ ...inputOf(richer, [noop]), oldStateRoot }, [noop]);
  });

  it("continues from branch A to branch B", async () => {
    const [before, after] = [inputOf(genesis, [deposit]), inputOf(richer, [deposit])];
    await refuse(splice(before, after, [0, 1]), [deposit]);
  });

  it("continues from slot to slot", async () => {
    const [before, after] = [inputOf(genesis, [noop, noop]), inputOf(richer, [noop, noop])];
    await refuse(splice(before, after, [1, 0]), [noop, noop]);
  });

  it("continues from the last slot to the fees", async () => {
    const [before, after] = [inputOf(genesis, [noop]), inputOf(richer, [noop])];
    await refuse(splice(before, after, [2, 0]), [noop]);
  });

  it("continues from fee token to fee token", async () => {
    const [before, after] = [inputOf(genesis, [noop]), inputOf(richer, [noop])];
    const fees = FEE_SIGNALS.map((name): [string, unknown] => [
      name,
      [before[name][0], ...after[name].slice(1)],
    ]);
    const spliced = { ...before, ...Object.fromEntries(fees) };
    await refuse({ ...spliced, newStateRoot: after.newStateRoot }, [noop]);
  });

  it("ends at the new root", async () => {
    const { newStateRoot } = inputOf(richer, [noop]);
    await refuse({ ...inputOf(genesis, [noop]), newStateRoot }, [noop]);
  });

  /** Expects that the circuit refuses an input with the right commitment, by one constraint. */
  async function refuse(input: BlockWitnessInput, operations: readonly Operation[]): Promise<void> {
    const forged = recommit(input, operations);
    await expectCircuitRefusal(circuit, forged);
    await expectEachNeeded(circuit, forged);
  }
});

function inputOf(state: RollupState, operations: readonly Operation[]): BlockWitnessInput {
  const header = { blockNumber: 1, timestamp: 1n, feeAccountId: 0 };
  const block: Block = { ...header, slots: 2, operations };
  const applied = applyBlock(state, block, 0n);
  return createBlockWitnessInput(applied, commitBlock(applied, 0n));
}

/** The branches of `before` up to a slot and branch, then those of `after`. */
function splice(
  before: BlockWitnessInput,
  after: BlockWitnessInput,
  [cutSlot, cutBranch]: readonly [number, number],
): BlockWitnessInput {
  const isBefore = (slot: number, branch: number) =>
    slot < cutSlot || (slot === cutSlot && branch < cutBranch);
  const branches = BRANCH_SIGNALS.map((name): [string, unknown] => [
    name,
    before[name].map((pair, slot) =>
      pair.map((value, branch) => (isBefore(slot, branch) ? value : after[name][slot]![branch])),
    ),
  ]);
  const spliced: object = Object.fromEntries(branches);
  return { ...after, oldStateRoot: before.oldStateRoot, ...spliced };
}
