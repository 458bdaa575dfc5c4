import { applyBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { type BlockWitnessInput, createBlockWitnessInput } from "../../src/block/witness-input.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import { reduce } from "../../src/crypto/field.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { newAccount } from "../../src/state/account.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import { recommit } from "../helpers/dishonest-input.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";
import { expectEachNeeded } from "../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;
const kind = wholeKind(preset);

/** The words of a slot's leaves. */
const LEAF_SIGNALS = [
  "noncePlusOne",
  "accountAddress",
  "pubKeyHash",
  "reserved",
  "tails",
  "balances",
] as const;

/** An account that only some operations touch; noops touch account 0. */
const ID = 9;
const OWNER = 1n + random.bigint(159);

/**
 * Blocks in which one part reads another state than the part before it wrote: each has the roots
 * that follow from what it reads, so one constraint alone refuses it.
 */
describe(`The chain of states in a block, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(preset, kind);
  });

  const genesis = createGenesisState(preset, { feeAccountAddress: 1n + random.bigint(159) });
  const state = genesis.update(ID, 0, { account: newAccount(OWNER), balance: 1n << 90n });
  const richer = state.update(ID, 0, { balance: 1n << 100n });
  const noop: Operation = { type: "noop" };

  it("starts at the old root", async () => {
    const { oldStateRoot } = inputOf(state, [noop]);
    await refuse({ ...inputOf(richer, [noop]), oldStateRoot }, [noop]);
  });

  it("is read by branch A", async () => {
    const amount = richer.balance(ID, 0);
    const exit: Operation = { type: "fullExit", accountId: ID, tokenId: 0, owner: OWNER, amount };
    await refuse(onCellsOf(state, richer, [exit]), [exit]);
  });

  it("is read by branch B", async () => {
    const operations = [deposit(ID)];
    await refuse(onCellsOf(state, richer, operations), operations);
  });

  it("is read by the fee account", async () => {
    await refuse(onCellsOf(state, richer, [noop], ID), [noop]);
  });

  it("continues from slot to slot", async () => {
    const operations = [deposit(ID), deposit(ID)];
    const input = inputOf(state, operations);
    const stale = LEAF_SIGNALS.map((name): [string, unknown] => {
      const [first, second] = input[name];
      return [name, [first, [second![0], first![1]]]];
    });
    const steps = operations.map((operation) => [state, after(state, [operation])] as const);
    const newStateRoot = rootAfter(state, steps);
    await refuse({ ...input, ...Object.fromEntries(stale), newStateRoot }, operations);
  });

  it("continues from the last slot to the fees", async () => {
    const operations = [deposit(ID)];
    const input = inputOf(state, operations, ID);
    const { feeBalances } = inputOf(state, [noop], ID);
    await refuse({ ...input, feeBalances }, operations);
  });

  it("ends at the new root", async () => {
    const { newStateRoot } = inputOf(richer, [noop]);
    await refuse({ ...inputOf(state, [noop]), newStateRoot }, [noop]);
  });

  /** Expects that the circuit refuses an input with the right commitment, by one constraint. */
  async function refuse(input: BlockWitnessInput, operations: readonly Operation[]): Promise<void> {
    const forged = recommit(input, operations);
    await expectCircuitRefusal(circuit, forged);
    await expectEachNeeded(circuit, forged);
  }
});

function deposit(accountId: number): Operation {
  const amount = 1n + random.bigint(80);
  return { type: "deposit", accountId, tokenId: 0, owner: OWNER, amount };
}

/** The input of a block on another state, which differs in one leaf, that claims to start here. */
function onCellsOf(
  state: RollupState,
  other: RollupState,
  operations: readonly Operation[],
  feeAccountId = 0,
): BlockWitnessInput {
  const input = inputOf(other, operations, feeAccountId);
  const { cells } = state.top(kind.levels);
  const newStateRoot = rootAfter(state, [[other, after(other, operations)]]);
  return { ...input, cells, oldStateRoot: state.root, newStateRoot };
}

/** The root that the circuit computes when each step adds its difference to the cells. */
function rootAfter(
  state: RollupState,
  steps: readonly (readonly [before: RollupState, after: RollupState])[],
): bigint {
  const cellsOf = (some: RollupState) => some.top(kind.levels).cells;
  const rows = cellsOf(state).map((row, i) =>
    row.map((cell, j) =>
      steps.reduce(
        (sum, [before, next]) => reduce(sum + cellsOf(next)[i]![j]! - cellsOf(before)[i]![j]!),
        cell,
      ),
    ),
  );
  return poseidon(rows.map((row) => poseidon(row)));
}

function after(state: RollupState, operations: readonly Operation[]): RollupState {
  return applied(state, operations, 0).state;
}

function inputOf(
  state: RollupState,
  operations: readonly Operation[],
  feeAccountId = 0,
): BlockWitnessInput {
  const block = applied(state, operations, feeAccountId);
  return createBlockWitnessInput(block, commitBlock(block, 0n));
}

function applied(state: RollupState, operations: readonly Operation[], feeAccountId: number) {
  const header = { blockNumber: 1, timestamp: 1n, feeAccountId };
  return applyBlock(state, { ...header, kind, operations }, 0n);
}
