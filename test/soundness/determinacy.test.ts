import { expect } from "chai";
import type { Circuit } from "../../src/circuits/circuit.ts";
import { createDeterminacyCheck } from "../../src/circuits/determinacy.ts";
import { OPERATION_NAMES } from "../../src/protocol/operations.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { honestBlock } from "../helpers/honest-block.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";
import { findUnmissed, FREE_HINT } from "../helpers/weakened-block.ts";
import { constraintsOf, inputWires, wireNames } from "../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;
/** `npm run test:soundness` goes through all types of operations and all constraints. */
const SAMPLED_TYPES = random.shuffle(OPERATION_NAMES).slice(0, 2);
const SAMPLED_CONSTRAINTS = 50;

describe(`Determinacy of a block, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(preset, 2);
  });

  for (const type of SAMPLED_TYPES) {
    it(`${type}: all signals follow from the inputs`, async () => {
      const honest = await circuit.calculateWitness(honestBlock(random, preset, type).input);
      const check = createDeterminacyCheck(circuit.constraints(), honest);
      const names = wireNames(circuit);
      const free = check(inputWires(circuit)).undetermined.map((wire) => names.get(wire)!);
      expect(free.filter((name) => !FREE_HINT.test(name))).to.deep.equal([]);
    });
  }

  it("misses constraints that are taken out", async () => {
    const all = [...constraintsOf(circuit.constraints())];
    const sample = random.shuffle(all).slice(0, SAMPLED_CONSTRAINTS);
    expect(await findUnmissed(circuit, preset, random, sample)).to.deep.equal([]);
  });
});
