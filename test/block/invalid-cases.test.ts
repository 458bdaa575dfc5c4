/** Every rule refuses its invalid cases in TypeScript; test/circuits has the circuit's half. */
import { expect } from "chai";
import { applyBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { createBlockWitnessInput } from "../../src/block/witness-input.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createDishonestInput } from "../helpers/dishonest-input.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { INVALID_CASES, RULE_TAGS } from "../helpers/invalid-cases.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";

describe("rules", () => {
  const random = createRandom();

  it("have at least one invalid case each", () => {
    const covered = new Set(INVALID_CASES.map(({ tag }) => tag));
    expect([...covered].sort()).to.deep.equal([...RULE_TAGS].sort());
  });

  for (const preset of [PRESETS.minimal, PRESETS.dev]) {
    describe(`of a ${preset.name} rollup (${random.title})`, () => {
      for (const { tag, code, name, build } of INVALID_CASES) {
        it(`${tag}: ${name}`, () => {
          const { refuse, createInput } = build(random, preset);
          expectCode(code, refuse);
          createInput();
        });
      }
    });
  }

  it(`are the only difference: a dishonest input without a lie is honest (${random.title})`, () => {
    for (let round = 0; round < 10; round++) {
      const world = createWorld(random, PRESETS.dev);
      const block = randomBlock(world, world.state);
      const applied = applyBlock(world.state, block, world.domain);
      const honest = createBlockWitnessInput(applied, commitBlock(applied, world.domain));
      const dishonest = createDishonestInput({ ...world, block });
      expect({ ...dishonest, z: honest.z, y: honest.y }).to.deep.equal(honest);
    }
  });
});
