import { expect } from "chai";
import { createExitWitnessInput } from "../../src/block/exit.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import { weakenCircuit } from "../../src/circom/determinacy/weakened.ts";
import { OPERATION_NAMES } from "../../src/operations/table.ts";
import { MAIN_TOKENS } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { firstElements } from "../helpers/forged-witness.ts";
import { createWorld } from "../helpers/random-block.ts";
import { MIDDLE, TALL, wholeKind } from "../helpers/kinds.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit, loadExitCircuit } from "../helpers/template-circuit.ts";
import {
  expectDetermined,
  expectRefuted,
  findUnmissed,
  FREE_HINT,
} from "../helpers/weakened-block.ts";
import {
  constraintsOf,
  describeConstraint,
  inputWires,
  wireNames,
} from "../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;
/** `npm run test:soundness` checks all types of operations, inputs and constraints. */
const SAMPLED_TYPES = random.shuffle(OPERATION_NAMES).slice(0, 2);
const SAMPLED_INPUTS = 3;
const SAMPLED_CONSTRAINTS = 50;

describe(`Determinacy, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(preset, wholeKind(preset));
  });

  for (const type of SAMPLED_TYPES) {
    it(`block of ${type}: the inputs determine all signals`, async () => {
      await expectDetermined(circuit, preset, random, type);
    });
  }

  it("block: no other signals are consistent with a changed input", async () => {
    const signals = random.shuffle(firstElements(circuit)).slice(0, SAMPLED_INPUTS);
    await expectRefuted(circuit, preset, random, random.pick(OPERATION_NAMES), signals);
  });

  it("block: a sample of constraints determines signals", async () => {
    const all = [...constraintsOf(circuit.constraints())];
    const sample = random.shuffle(all).slice(0, SAMPLED_CONSTRAINTS);
    expect(await findUnmissed(circuit, preset, random, sample)).to.deep.equal([]);
  });

  it("block of a kind below the tree's height: the inputs determine all signals", async () => {
    const tall = await loadBlockCircuit(TALL, MIDDLE);
    await expectDetermined(tall, TALL, random, random.pick(OPERATION_NAMES), MIDDLE);
  });

  it("exit: the inputs determine all signals, and every constraint is needed", async () => {
    const exit = await loadExitCircuit(preset);
    const r1cs = exit.constraints();
    const names = wireNames(exit);
    const { state } = createWorld(random, preset);
    let unmissed = [...constraintsOf(r1cs)];
    for (const tokenId of [random.int(MAIN_TOKENS), MAIN_TOKENS + random.int(MAIN_TOKENS)]) {
      const honest = await exit.calculateWitness(createExitWitnessInput(state, 0, tokenId));
      const weakened = weakenCircuit(r1cs, honest, inputWires(exit, ["stateRoot"]));
      const free = weakened.undetermined.map((wire) => names.get(wire)!);
      expect(free.filter((name) => !FREE_HINT.test(name))).to.deep.equal([]);
      unmissed = unmissed.filter((row) => !weakened.isMissed(row));
    }
    expect(unmissed.map((row) => describeConstraint(r1cs, row, names))).to.deep.equal([]);
  });
});
