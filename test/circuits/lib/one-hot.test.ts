import { expect } from "chai";
import type { Circuit } from "../../../src/circom/circuit.ts";
import { FIELD_MODULUS } from "../../../src/crypto/field.ts";
import { expectCircuitRefusal } from "../../helpers/forged-witness.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

describe("OneHot circuit", () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadTemplate("lib/one-hot.circom", "OneHot(4)");
  });

  it("sets the flag of the index", async () => {
    for (const index of [0, 1, 2, 3]) {
      const witness = await circuit.calculateWitness({ index });
      expect(circuit.checkWitness(witness)).to.equal(null);
      const flags = [0, 1, 2, 3].map((i) => witness[circuit.wire(`main.flags[${i}]`)]);
      expect(flags).to.deep.equal([0, 1, 2, 3].map((i) => (i === index ? 1n : 0n)));
    }
  });

  it("refuses an index without a flag", async () => {
    await expectCircuitRefusal(circuit, { index: 4 });
  });

  const half = (FIELD_MODULUS + 1n) / 2n;
  const forgeries: [what: string, flags: bigint[]][] = [
    ["no flag", [0n, 0n, 0n, 0n]],
    ["another flag", [0n, 0n, 1n, 0n]],
    ["two flags", [1n, 1n, 0n, 0n]],
    ["two halves that add up to the index", [half, 0n, half, 0n]],
  ];
  for (const [what, flags] of forgeries) {
    it(`refuses ${what} for index 1`, async () => {
      const witness = [...(await circuit.calculateWitness({ index: 1 }))];
      flags.forEach((flag, i) => (witness[circuit.wire(`main.flags[${i}]`)] = flag));
      expect(circuit.checkWitness(witness)).to.not.equal(null);
    });
  }
});
