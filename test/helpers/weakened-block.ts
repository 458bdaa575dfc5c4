/** What to expect of a block circuit with one of its constraints taken out. */
import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import { createDeterminacyCheck } from "../../src/circom/determinacy.ts";
import { OPERATION_NAMES, type OperationName } from "../../src/operations/table.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { forgeInputs } from "./forged-witness.ts";
import { honestBlock } from "./honest-block.ts";
import type { Random } from "./random.ts";
import {
  constraintsOf,
  describeConstraint,
  inputWires,
  isRefuted,
  weakenCircuit,
  wireNames,
} from "./weakened-circuit.ts";

/** Signals that are free where their value does not matter. */
export const FREE_HINT = oneOf(
  // The hint for an inverse that does not exist: the output is 1, whatever the hint.
  String.raw`\.Is(Zero|Equal)_\w+\.inverse$`,
  // AssertAtMost: the hint of an implication between sums of bits of which the first one is 0.
  String.raw`\.(above|below|AssertAtMost_\w+)\.hints\[\d+\]$`,
);

/** Inputs that other inputs determine: the circuit computes them, and compares. */
const COMPARED_INPUTS = ["oldStateRoot", "newStateRoot", "digest", "y"];

/** Constraints that determine nothing: each alone refuses some forgery, as the named test shows. */
const ASSERTION = oneOf(
  // rules.test.ts: an account id, an amount and so on, times the flag of an operation, is 0.
  // The flag `signed` of a slot is named as what a batch sees of it.
  String.raw`^(?!1 \+ \S+flags\.(\w+) \| \S+flags\.\1 \|).*\b(flags\.|main\.signed\[).* \| $`,
  // rules.test.ts, assertions.test.ts: a fee is in the token that it is added to.
  String.raw`^main\.(token|feeToken)\[\d\] \+ main\.(token|feeToken)\[\d\] \| .*\.share\S+ \| $`,
  // Two flags say the same of the index: each constraint can do without the other.
  String.raw`^1 \+ (\S*isIndex\S*|main\.feeTokenIndex\S*) \| \S+ \| $`,
  // rules.test.ts, assertions.test.ts: a batch is whole, and signed as that.
  String.raw`\bmain\.linksNext\[.* \| $`,
  // assertions.test.ts: an account is what it says, and a point on the curve.
  String.raw`^1 \+ main\.kind\S+ \| .* \| $`,
  String.raw`\.AssertOnCurve_\w+\.xx \| \S+\.AssertOnCurve_\w+\.yy \| `,
);

/**
 * The last round of a hash with which a root is compared that is known already. One equation of it
 * is that comparison, and any other can stand in for it. For state-chain.test.ts it is needed, and
 * gadgets.test.ts misses each constraint where nothing is known of the hash.
 */
const COMPARED_HASH = oneOf(
  String.raw`\.TreePath_\w+\.TreeNode_\S+\.PoseidonOtherRounds_\S+\.eighth\.`,
);

/** Expects that in a block of one type of operation all wires follow from the inputs. */
export async function expectDetermined(
  circuit: Circuit,
  preset: Preset,
  random: Random,
  type: OperationName,
): Promise<void> {
  const honest = await circuit.calculateWitness(honestBlock(random, preset, type).input);
  const check = createDeterminacyCheck(circuit.constraints(), honest);
  const names = wireNames(circuit);
  const free = check(inputWires(circuit)).undetermined.map((wire) => names.get(wire)!);
  expect(free.filter((name) => !FREE_HINT.test(name))).to.deep.equal([]);
}

/**
 * Expects that an input which can not be changed as it is can not be changed along with other wires
 * either, whichever a prover might choose.
 */
export async function expectRefuted(
  circuit: Circuit,
  preset: Preset,
  random: Random,
  type: OperationName,
  signals: readonly string[],
): Promise<void> {
  const { input } = honestBlock(random, preset, type);
  const given = inputWires(circuit);
  const possible = (await forgeInputs(circuit, input, signals))
    .filter(({ witness }) => circuit.checkWitness(witness) !== null)
    .filter(({ witness }) => !isRefuted(circuit.constraints(), witness, given));
  expect(possible.map(({ signal }) => signal)).to.deep.equal([]);
}

/**
 * Takes constraints out of a block circuit, one by one, and looks for wires that are no longer
 * determined then: in a block of one type of operation, or else of the next. Assertions are left
 * out all the time: where one happens to determine what a missing constraint has to, it no longer
 * asserts anything.
 *
 * @returns Descriptions of the constraints that no block misses, other than assertions.
 */
export async function findUnmissed(
  circuit: Circuit,
  preset: Preset,
  random: Random,
  rows: Iterable<number>,
): Promise<string[]> {
  const r1cs = circuit.constraints();
  const names = wireNames(circuit);
  const describeRow = (row: number) => describeConstraint(r1cs, row, names);
  const given = inputWires(circuit, COMPARED_INPUTS);
  const assertions = [...constraintsOf(r1cs)].filter((row) => ASSERTION.test(describeRow(row)));
  let unmissed = [...rows].filter((row) => !assertions.includes(row));
  for (const type of random.shuffle(OPERATION_NAMES)) {
    if (unmissed.every((row) => COMPARED_HASH.test(describeRow(row)))) return [];
    const honest = await circuit.calculateWitness(honestBlock(random, preset, type).input);
    const weakened = weakenCircuit(r1cs, honest, given, assertions);
    const free = weakened.undetermined.map((wire) => names.get(wire)!);
    expect(free.filter((name) => !FREE_HINT.test(name))).to.deep.equal([]);
    unmissed = unmissed.filter((row) => !weakened.isMissed(row));
  }
  return unmissed.map(describeRow).filter((text) => !COMPARED_HASH.test(text));
}

function oneOf(...patterns: readonly string[]): RegExp {
  return new RegExp(patterns.join("|"));
}
