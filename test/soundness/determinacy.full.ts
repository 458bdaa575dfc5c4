import { expect } from "chai";
import type { Circuit } from "../../src/circom/circuit.ts";
import { OPERATION_NAMES } from "../../src/operations/table.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { firstElements } from "../helpers/forged-witness.ts";
import { MIDDLE, TALL, wholeKind } from "../helpers/kinds.ts";
import { createRandom } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";
import { expectDetermined, expectRefuted, findUnmissed } from "../helpers/weakened-block.ts";
import { constraintsOf } from "../helpers/weakened-circuit.ts";

const random = createRandom();
const preset = PRESETS.minimal;

/** All cases of which determinacy.test.ts checks a sample; takes about half an hour. */
describe(`Determinacy of all cases, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadBlockCircuit(preset, wholeKind(preset));
  });

  for (const type of OPERATION_NAMES) {
    it(`block of ${type}: the inputs determine all signals`, async () => {
      await expectDetermined(circuit, preset, random, type);
    });

    it(`block of ${type}: no other signals are consistent with a changed input`, async () => {
      await expectRefuted(circuit, preset, random, type, firstElements(circuit));
    });
  }

  it("blocks of a kind below the tree's height: the inputs determine all signals", async () => {
    const tall = await loadBlockCircuit(TALL, MIDDLE);
    for (const type of OPERATION_NAMES) {
      await expectDetermined(tall, TALL, random, type, MIDDLE);
      await expectRefuted(tall, TALL, random, type, firstElements(tall), MIDDLE);
    }
  });

  it("block: each constraint that is no assertion determines a signal", async () => {
    const rows = constraintsOf(circuit.constraints());
    expect(await findUnmissed(circuit, preset, random, rows)).to.deep.equal([]);
  });
});
