import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Circuit } from "../../src/circuits/circuit.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createDishonestInput } from "../helpers/dishonest-input.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { INVALID_CASES, RULE_TAGS } from "../helpers/invalid-cases.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";
import { CIRCUITS, loadBlockCircuit } from "../helpers/template-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

describe(`Rules, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(preset, preset.blockSlots[0]!);
  });

  for (const { tag, name, build } of INVALID_CASES) {
    it(`${tag}: TypeScript and the circuit refuse ${name}`, async () => {
      const { refuse, createInput } = build(random, preset);
      expectCode(tag, refuse);
      await expectCircuitRefusal(circuit, createInput(), tag);
    });
  }

  // No operation in TypeScript can even say this.
  const unsayable = [
    { type: "changePubKey", signals: { amount: 1n } },
    { type: "noop", signals: { amount: 1n } },
    { type: "noop", signals: { address: 1n } },
  ] as const;
  for (const { type, signals } of unsayable) {
    const [column] = Object.keys(signals);
    it(`UNUSED_COLUMN_NOT_ZERO: the circuit refuses a ${type} with an ${column}`, async () => {
      const world = createWorld(random, preset);
      const { state, domain } = world;
      const block = randomBlock(world, state, { types: [type] });
      const input = createDishonestInput({ state, block, domain, forcedSignals: [signals] });
      await expectCircuitRefusal(circuit, input, "UNUSED_COLUMN_NOT_ZERO");
    });
  }

  it("stand in the circuits under the same tags", () => {
    const sources = readdirSync(CIRCUITS, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".circom"))
      .map((path) => readFileSync(join(CIRCUITS, path), "utf8"));
    const tags = sources.flatMap((source) =>
      [...source.matchAll(/\/\/ RULE (\w+)/g)].map(([, tag]) => tag!),
    );
    expect([...new Set(tags)]).to.have.members([...RULE_TAGS]);
  });

  it("have a bad case each", () => {
    const tags = INVALID_CASES.map(({ tag }) => tag);
    expect([...new Set(tags)]).to.have.members([...RULE_TAGS]);
  });
});
