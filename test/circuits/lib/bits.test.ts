import { expect } from "chai";
import { FIELD_MODULUS, reduce } from "../../../src/crypto/field.ts";
import { expectCircuitRefusal, findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

const random = createRandom();

function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (value >> i) & 1);
}

describe(`Bit circuits, ${random.title}`, () => {
  for (const n of [2, 8, 128, 253]) {
    it(`ToBits(${n}) returns ${n} bits and refuses larger numbers`, async () => {
      const circuit = await loadTemplate("lib/bits.circom", `ToBits(${n})`);
      const limit = 1n << BigInt(n);
      for (const value of [0n, 1n, limit - 1n, random.bigint(n)]) {
        const witness = await circuit.calculateWitness({ in: value });
        expect(circuit.checkWitness(witness)).to.equal(null);
        expect(findFreeWires(circuit.constraints(), witness)).to.deep.equal([]);
        for (let i = 0; i < n; i++) {
          expect(witness[circuit.wire(`main.out[${i}]`)]).to.equal((value >> BigInt(i)) & 1n);
        }
      }
      for (const value of [limit, limit + 1n, FIELD_MODULUS - 1n]) {
        await expectCircuitRefusal(circuit, { in: value });
      }
    });
  }

  const BITS = 5;
  for (const maximum of [0, 16, 19, 22, 25, 28, 30, 31]) {
    it(`AssertAtMost(${BITS}, ${maximum}) accepts exactly 0 to ${maximum}`, async () => {
      const instance = `AssertAtMost(${BITS}, ${maximum}, 0, 1)`;
      const circuit = await loadTemplate("lib/bits.circom", instance);
      for (let value = 0; value < 1 << BITS; value++) {
        const input = { bits: bitsOf(value, BITS), scale: 1 };
        if (value > maximum) await expectCircuitRefusal(circuit, input);
        else expect(circuit.checkWitness(await circuit.calculateWitness(input))).to.equal(null);
      }
    });
  }

  for (const [zero, one] of [
    [-1n, 1n],
    [1n, -1n],
  ] as const) {
    it(`AssertAtMost compares scaled bits of value ${zero} and ${one}`, async () => {
      const maximum = 21;
      const instance = `AssertAtMost(${BITS}, ${maximum}, ${zero}, ${one})`;
      const circuit = await loadTemplate("lib/bits.circom", instance);
      const scale = random.field();
      for (let value = 0; value < 1 << BITS; value++) {
        const bits = bitsOf(value, BITS).map((bit) => reduce(scale * (bit === 1 ? one : zero)));
        if (value > maximum) await expectCircuitRefusal(circuit, { bits, scale });
        else await circuit.calculateWitness({ bits, scale });
      }
    });
  }
});
