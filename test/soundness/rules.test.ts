import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Circuit } from "../../src/circom/circuit.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createDishonestInput } from "../helpers/dishonest-input.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { INVALID_CASES, RULE_TAGS, type RuleTag } from "../helpers/invalid-cases.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";
import { CIRCUITS, loadBlockCircuit } from "../helpers/template-circuit.ts";
import { expectEachNeeded } from "../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

/**
 * Rules of two constraints, each of which refuses most violations: the two coordinates of a
 * signature's equation, and the roots of both fee tokens. assertions.test.ts and
 * state-chain.test.ts show that each is needed.
 */
const SHARED_CONSTRAINTS: readonly RuleTag[] = [
  "SIGNATURE_INVALID",
  "NONCE_MISMATCH",
  "FEE_NOT_PACKABLE",
  "FEE_ACCOUNT_NOT_FOUND",
];

describe(`Rules, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(preset, preset.blockSlots[0]!);
  });

  for (const { tag, name, build } of INVALID_CASES) {
    it(`${tag}: TypeScript and the circuit refuse ${name}`, async () => {
      const { refuse, createInput } = build(random, preset);
      expectCode(tag, refuse);
      const input = createInput();
      await expectCircuitRefusal(circuit, input, tag);
      if (!SHARED_CONSTRAINTS.includes(tag)) await expectEachNeeded(circuit, input);
    });
  }

  // An operation in TypeScript cannot express these.
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
      await expectEachNeeded(circuit, input);
    });
  }

  it("have the same tags in the circuits", () => {
    const sources = readdirSync(CIRCUITS, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".circom"))
      .map((path) => readFileSync(join(CIRCUITS, path), "utf8"));
    const tags = sources.flatMap((source) =>
      [...source.matchAll(/\/\/ RULE (\w+)/g)].map(([, tag]) => tag!),
    );
    expect([...new Set(tags)]).to.have.members([...RULE_TAGS]);
  });

  it("have at least one invalid case each", () => {
    const tags = INVALID_CASES.map(({ tag }) => tag);
    expect([...new Set(tags)]).to.have.members([...RULE_TAGS]);
  });
});
