import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FIELD_TYPE_BYTES } from "../../src/protocol/layout.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createDishonestInput } from "../helpers/dishonest-input.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import {
  INVALID_CASES,
  RULE_TAGS,
  type RuleTag,
  UNPUBLISHABLE_CASES,
} from "../helpers/invalid-cases.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createWorld, randomBlock } from "../helpers/random-block.ts";
import { createRandom } from "../helpers/random.ts";
import { CIRCUITS, loadBlockCircuit } from "../helpers/template-circuit.ts";
import { expectEachNeeded } from "../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

/**
 * Rules of two constraints, each of which refuses most violations: the two coordinates of a
 * signature's equation. assertions.test.ts shows that each is needed.
 */
const SHARED_CONSTRAINTS: readonly RuleTag[] = [
  "SIGNATURE_INVALID",
  "NONCE_MISMATCH",
  "FEE_NOT_PACKABLE",
];

describe(`Rules, ${random.title}`, () => {
  for (const { tag, code, name, build } of INVALID_CASES) {
    it(`${tag}: TypeScript and the circuit refuse ${name}`, async () => {
      const { refuse, createInput, ...of } = build(random, preset);
      expectCode(code, refuse);
      const circuit = await loadBlockCircuit(of.preset, of.kind);
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
      const kind = wholeKind(preset);
      const circuit = await loadBlockCircuit(preset, kind);
      const world = createWorld(random, preset, kind);
      const { state, domain } = world;
      const block = randomBlock(world, state, { kind, types: [type] });
      const input = createDishonestInput({ state, block, domain, forcedSignals: [signals] });
      await expectCircuitRefusal(circuit, input, "UNUSED_COLUMN_NOT_ZERO");
      await expectEachNeeded(circuit, input);
    });
  }

  for (const { name, build } of UNPUBLISHABLE_CASES) {
    it(`AMOUNT_OUT_OF_RANGE: TypeScript refuses ${name}, which L1 cannot publish`, async () => {
      const { refuse, createInput, ...of } = build(random, preset);
      expectCode("AMOUNT_OUT_OF_RANGE", refuse);
      const input = createInput();
      const circuit = await loadBlockCircuit(of.preset, of.kind);
      expect(circuit.checkWitness(await circuit.calculateWitness(input))).to.equal(null);
      // L1 reads the amount from a field of its width, and evaluates what it has read.
      const amount = input.amount[0]!;
      expect(amount >> BigInt(8 * FIELD_TYPE_BYTES.amount)).to.not.equal(0n);
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
