import { expect } from "chai";
import { applyBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { createBlockWitnessInput } from "../../src/block/witness-input.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import { OPERATION_NAMES, type OperationName } from "../../src/operations/table.ts";
import { type Preset, PRESETS } from "../../src/protocol/presets.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";

const random = createRandom();

describe(`applyBlock and the block circuit, ${random.title}`, () => {
  describe("minimal, 2 slots", () => {
    let circuit: Circuit;
    before(async () => {
      circuit = await loadBlockCircuit(PRESETS.minimal, 2);
    });

    it("agree on chains of random blocks", async () => {
      for (let chain = 0; chain < 5; chain++) {
        await expectAgreement(circuit, { preset: PRESETS.minimal, slots: 2, blocks: 6 });
      }
    });

    for (const type of OPERATION_NAMES) {
      it(`agree on ${type}`, async () => {
        const chain = { preset: PRESETS.minimal, slots: 2, blocks: 3, types: [type] };
        const seen = await expectAgreement(circuit, chain);
        expect(seen).to.include(type);
      });
    }
  });

  describe("dev, 4 slots", () => {
    it("agree on a chain of random blocks", async () => {
      const circuit = await loadBlockCircuit(PRESETS.dev, 4);
      await expectAgreement(circuit, { preset: PRESETS.dev, slots: 4, blocks: 4 });
    });
  });
});

interface Chain {
  readonly preset: Preset;
  readonly slots: number;
  readonly blocks: number;
  /** Operations of the random blocks; all by default. */
  readonly types?: readonly OperationName[];
}

/**
 * Applies a chain of random blocks, and checks that roots, digest and evaluation computed in
 * TypeScript satisfy the circuit.
 *
 * @returns The operations of the blocks.
 */
async function expectAgreement(
  circuit: Circuit,
  { preset, blocks, ...options }: Chain,
): Promise<OperationName[]> {
  const world = createWorld(random, preset);
  const seen: OperationName[] = [];
  let state = world.state;
  for (let number = 0; number < blocks; number++) {
    const applied = applyBlock(state, randomBlock(world, state, options), world.domain);
    const commitment = commitBlock(applied, world.domain);
    const input = createBlockWitnessInput(applied, commitment);
    const witness = await circuit.calculateWitness(input);
    expect(circuit.checkWitness(witness)).to.equal(null);
    expect(witness.slice(1, 1 + commitment.publicInputs.length)).to.deep.equal(
      commitment.publicInputs,
    );
    seen.push(...applied.block.operations.map(({ type }) => type));
    state = applied.state;
  }
  return seen;
}
