import { expect } from "chai";
import { applyBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { createBlockWitnessInput } from "../../src/block/witness-input.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import { OPERATION_NAMES, type OperationName } from "../../src/operations/table.ts";
import { type BlockKind, blockKindName } from "../../src/protocol/kinds.ts";
import { type Preset, PRESETS } from "../../src/protocol/presets.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";

const random = createRandom();

describe(`applyBlock and the block circuit, ${random.title}`, () => {
  for (const kind of PRESETS.minimal.blockKinds) {
    describe(`minimal, ${blockKindName(kind)}`, () => {
      let circuit: Circuit;
      before(async () => {
        circuit = await loadBlockCircuit(PRESETS.minimal, kind);
      });

      it("agree on chains of random blocks", async () => {
        for (let chain = 0; chain < 5; chain++) {
          await expectAgreement(circuit, { preset: PRESETS.minimal, kind, blocks: 6 });
        }
      });

      for (const type of OPERATION_NAMES) {
        it(`agree on ${type}`, async () => {
          const chain = { preset: PRESETS.minimal, kind, blocks: 3, types: [type] };
          const seen = await expectAgreement(circuit, chain);
          expect(seen).to.include(type);
        });
      }
    });
  }

  for (const kind of PRESETS.dev.blockKinds.filter(({ slots }) => slots === 4)) {
    it(`agree on a chain of random blocks of dev, ${blockKindName(kind)}`, async () => {
      const circuit = await loadBlockCircuit(PRESETS.dev, kind);
      await expectAgreement(circuit, { preset: PRESETS.dev, kind, blocks: 4 });
    });
  }
});

interface Chain {
  readonly preset: Preset;
  readonly kind: BlockKind;
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
  const world = createWorld(random, preset, options.kind);
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
