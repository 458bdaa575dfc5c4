/** Expectations about block circuits with constraints removed. */
import { expect } from "chai";
import { applyBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { type BlockWitnessInput, createBlockWitnessInput } from "../../src/block/witness-input.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import { weakenCircuit } from "../../src/circom/determinacy/weakened.ts";
import { createDeterminacyCheck } from "../../src/circom/determinacy.ts";
import { OPERATION_NAMES, type OperationName } from "../../src/operations/table.ts";
import { MAIN_TOKENS } from "../../src/protocol/kinds.ts";
import { type Preset, tokenCapacity } from "../../src/protocol/presets.ts";
import { forgeInputs } from "./forged-witness.ts";
import { honestBlock } from "./honest-block.ts";
import { wholeKind } from "./kinds.ts";
import type { Random } from "./random.ts";
import { BALANCE, createScene, operationBy, withdraw } from "./scene.ts";
import {
  constraintsOf,
  describeConstraint,
  inputWires,
  isRefuted,
  wireNames,
  wiresNamed,
} from "./weakened-circuit.ts";

/** Signals that are free because their value has no effect. */
export const FREE_HINT = oneOf(
  // The hint that shows an extension, in a slot without one.
  String.raw`\.EncodeSlot_\w+\.inverse$`,
  // The hint for an inverse that does not exist: the output is 1 for any hint.
  String.raw`\.Is(Zero|Equal)_\w+\.inverse$`,
  // AssertAtMost: the hint of an implication between sums of bits, if the first sum is 0.
  String.raw`\.(above|below|AssertAtMost_\w+)\.hints\[\d+\]$`,
);

/**
 * The digits of S in the verification of a signature, which the prover chooses: no constraint has S
 * itself. They satisfy the equation only if they are those of a signature, which no derivation can
 * show: it takes a discrete logarithm. So digits are given where the equation must fail.
 */
export const DIGIT = oneOf(
  String.raw`(^main|\.ScalarMulFixed_\w+)\.(isLarge\[\d+\]|addends\[\d+\]\.[uv]|topBits\[\d\])$`,
);

/** All that depends on digits: the multiple of BASE8, and the sum that the equation compares. */
export const OF_DIGITS = oneOf(
  String.raw`\.ScalarMulFixed_\w+\.`,
  String.raw`(^main|\.EdDSAPoseidonVerifier_\w+)\.left\.`,
);

/** Inputs that the circuit computes from other inputs and compares. */
const COMPARED_INPUTS = ["oldStateRoot", "newStateRoot", "digest", "y"];

/** Constraints that determine no wire: each alone refuses some forgery in the named test. */
const ASSERTION = oneOf(
  // rules.test.ts: an account id, an amount and so on, times the flag of an operation, is 0.
  // The flag `signed` of a slot has the name of the batch's input.
  String.raw`^(?!1 \+ \S+flags\.(\w+) \| \S+flags\.\1 \|).*\b(flags\.|main\.signed\[).* \| $`,
  // rules.test.ts, assertions.test.ts: a fee is in the token of its sum.
  String.raw`^main\.(token|feeToken)\[\d\] \+ main\.(token|feeToken)\[\d\] \| .*\.share\S+ \| $`,
  // Two flags depend on the same index, so each constraint is redundant with the other.
  String.raw`^1 \+ (\S*isIndex\S*|main\.feeTokenIndex\S*) \| \S+ \| $`,
  // rules.test.ts, assertions.test.ts: a batch is complete and signed as a batch.
  String.raw`\bmain\.linksNext\[.* \| $`,
  // assertions.test.ts: a cell, or the root of a tail, is what a slot has climbed to.
  String.raw`\.ReplaceCell_\w+\.moved\[0\]\[3\] \| .*\.inColumn\[5\]`,
  String.raw`\.isTail(\[\d\])*\[3\] \| \S+[tT]ails(\[\d\])*\[3\] \| .*\.selected\[2\]`,
  // assertions.test.ts: a point is on the curve.
  String.raw`\.AssertOnCurve_\w+\.xx \| \S+\.AssertOnCurve_\w+\.yy \| `,
  // digits.test.ts: a digit is one of eight.
  String.raw`^(?:[1+| ]|\S+\.ScalarMulFixed_\w+\.(?:isLarge|addends|topBits)\S+)+$`,
);

/**
 * The last round of a hash that is compared with a known root. One equation is that comparison, and
 * any other one can replace it. state-chain.test.ts shows that it is needed, and gadgets.test.ts
 * that each constraint is needed where the hash is not known.
 */
const COMPARED_HASH = oneOf(
  String.raw`\.TreePath_\w+\.TreeNode_\S+\.PoseidonOtherRounds_\S+\.eighth\.`,
);

/**
 * Expects that the inputs determine all wires in a block of one type of operation except digits of
 * signatures and what is computed from them, and that with the digits they determine those, too.
 */
export async function expectDetermined(
  circuit: Circuit,
  preset: Preset,
  random: Random,
  type: OperationName,
  kind = wholeKind(preset),
): Promise<void> {
  const { input } = honestBlock(random, preset, type, kind);
  const honest = await circuit.calculateWitness(input);
  const check = createDeterminacyCheck(circuit.constraints(), honest);
  const names = wireNames(circuit);
  const namesOfOpen = (given: readonly number[]) =>
    check(given)
      .undetermined.map((wire) => names.get(wire)!)
      .filter((name) => !FREE_HINT.test(name));
  const [inputs, digits] = [inputWires(circuit), wiresNamed(circuit, DIGIT)];
  const withoutDigits = namesOfOpen(inputs);
  expect(withoutDigits).to.include.members(digits.map((wire) => names.get(wire)));
  expect(withoutDigits.filter((name) => !OF_DIGITS.test(name))).to.deep.equal([]);
  expect(namesOfOpen([...inputs, ...digits])).to.deep.equal([]);
}

/**
 * Expects that an input that cannot be changed alone cannot be changed together with any other
 * wires either, except digits of signatures.
 */
export async function expectRefuted(
  circuit: Circuit,
  preset: Preset,
  random: Random,
  type: OperationName,
  signals: readonly string[],
  kind = wholeKind(preset),
): Promise<void> {
  const { input } = honestBlock(random, preset, type, kind);
  const given = [...inputWires(circuit), ...wiresNamed(circuit, DIGIT)];
  const possible = (await forgeInputs(circuit, input, signals))
    .filter(({ witness }) => circuit.checkWitness(witness) !== null)
    .filter(({ witness }) => !isRefuted(circuit.constraints(), witness, given));
  expect(possible.map(({ signal }) => signal)).to.deep.equal([]);
}

/**
 * Removes constraints from a block circuit, one by one, and looks for wires that are no longer
 * determined, in blocks of one type of operation after another. Assertions are always left out,
 * because one that determines a wire in place of a missing constraint no longer asserts anything.
 *
 * @returns Descriptions of the constraints, other than assertions, that no block needs.
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
  const given = [...inputWires(circuit, COMPARED_INPUTS), ...wiresNamed(circuit, DIGIT)];
  const assertions = [...constraintsOf(r1cs)].filter((row) => ASSERTION.test(describeRow(row)));
  let unmissed = [...rows].filter((row) => !assertions.includes(row));
  const inputs = random.shuffle(OPERATION_NAMES).map((type) => honestBlock(random, preset, type));
  for (const { input } of [...inputs, feesInTails(random, preset)]) {
    if (unmissed.every((row) => COMPARED_HASH.test(describeRow(row)))) return [];
    const honest = await circuit.calculateWitness(input);
    const weakened = weakenCircuit(r1cs, honest, given, assertions);
    const free = weakened.undetermined.map((wire) => names.get(wire)!);
    expect(free.filter((name) => !FREE_HINT.test(name))).to.deep.equal([]);
    unmissed = unmissed.filter((row) => !weakened.isMissed(row));
  }
  return unmissed.map(describeRow).filter((text) => !COMPARED_HASH.test(text));
}

/** Creates a block of two withdrawals that pay fees in two tokens with places in two tails. */
function feesInTails(random: Random, preset: Preset): { readonly input: BlockWitnessInput } {
  const scene = createScene(random, preset);
  const { alice, bob, domain, timestamp, kind } = scene;
  const tokens = [MAIN_TOKENS + 1, tokenCapacity(preset) - 1] as const;
  const state = scene.state
    .update(alice.accountId, tokens[0], { balance: BALANCE })
    .update(bob.accountId, tokens[1], { balance: BALANCE });
  const operations = [alice, bob].map((party, i) => {
    const inToken = { ...scene, state, tokenId: tokens[i]! };
    return operationBy(inToken, withdraw(inToken), party);
  });
  const header = { blockNumber: 1, timestamp, feeAccountId: 0 };
  const applied = applyBlock(state, { ...header, kind, operations }, domain);
  return { input: createBlockWitnessInput(applied, commitBlock(applied, domain)) };
}

function oneOf(...patterns: readonly string[]): RegExp {
  return new RegExp(patterns.join("|"));
}
