/** What to expect of a block circuit with one of its constraints taken out. */
import type { Circuit } from "../../src/circuits/circuit.ts";
import { OPERATION_NAMES } from "../../src/protocol/operations.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { honestBlock } from "./honest-block.ts";
import type { Random } from "./random.ts";
import { describeConstraint, inputWires, weakenCircuit, wireNames } from "./weakened-circuit.ts";

/** Signals that are free where their value does not matter. */
export const FREE_HINT = new RegExp(
  [
    // The hint for an inverse that does not exist: the output is 1, whatever the hint.
    String.raw`\.Is(Zero|Equal)_\w+\.inverse$`,
    // AssertAtMost: the hint of an implication between sums of bits of which the first one is 0.
    String.raw`\.(above|below)\.hints\[\d+\]$`,
  ].join("|"),
);

/** Inputs that other inputs determine: the circuit computes them, and compares. */
const COMPARED_INPUTS = ["oldStateRoot", "newStateRoot", "digest", "y"];

/**
 * Takes constraints out of a block circuit, one by one, and looks for wires that are no longer
 * determined then: in a block of one type of operation, or else of the next.
 *
 * @returns Descriptions of those that no block misses, except for known assertions.
 */
export async function findUnmissed(
  circuit: Circuit,
  preset: Preset,
  random: Random,
  rows: readonly number[],
): Promise<string[]> {
  const r1cs = circuit.constraints();
  const names = wireNames(circuit);
  const given = inputWires(circuit, COMPARED_INPUTS);
  const describeRow = (row: number) => describeConstraint(r1cs, row, names);
  const isExpected = (row: number) => ASSERTION.test(describeRow(row));
  let unmissed = rows;
  for (const type of random.shuffle(OPERATION_NAMES)) {
    if (unmissed.every(isExpected)) break;
    const honest = await circuit.calculateWitness(honestBlock(random, preset, type).input);
    const weakened = weakenCircuit(r1cs, honest, given);
    unmissed = unmissed.filter((row) => !weakened.isMissed(row));
  }
  return unmissed.filter((row) => !isExpected(row)).map(describeRow);
}

/**
 * Constraints that determine nothing, so that nothing is less determined without them, and where a
 * forgery is refused by them alone.
 */
const ASSERTION = new RegExp(
  [
    // rules.test.ts: what is multiplied with the flag of an operation has to be 0.
    String.raw`\bflags\.\w+`,
    // rules.test.ts and assertions.test.ts: a fee is in the token that it is added to.
    String.raw`^main\.(token|feeToken)\[\d\] \+ main\.(token|feeToken)\[\d\] \| .*\.share`,
    // Two flags say the same of the index: either constraint can do without the other.
    String.raw`^(1 \+ )?(\S*isIndex\S*|main\.feeTokenIndex\S*)( \+ 1)? \| \S+ \| $`,
    // assertions.test.ts: an account is what it says, a point on the curve.
    String.raw`^(1 \+ )?main\.kind\S+( \+ 1)? \| `,
    String.raw`\.AssertOnCurve_`,
    // state-chain.test.ts: of a root that is known already, one equation of the hash's last round
    // is a comparison; gadgets.test.ts misses each constraint where the hash is not known.
    String.raw`\.TreePath_\w+\.TreeNode_\w+\.Poseidon_\S+\.eighth\.`,
  ].join("|"),
);
