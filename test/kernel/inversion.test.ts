import { expect } from "chai";
import { readElement, writeElement } from "../../src/groth16/formats/bn254.ts";
import { createFieldMacros } from "../../src/kernel/field.ts";
import { compileKernel, elementMemory, instantiateKernel } from "../../src/kernel/instance.ts";
import { defineInversion, invertWords } from "../../src/kernel/inversion.ts";
import { FQ, FR, invertModulo, modulo, PAIR_BYTES } from "../../src/kernel/limbs.ts";
import type { PrimeField } from "../../src/kernel/limbs.ts";
import { i64 } from "../../src/kernel/wasm/instructions.ts";
import { createModule, POOL_END } from "../../src/kernel/wasm/module.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

/** Returns a function that inverts both lanes of a pair. */
function createInverter(field: PrimeField) {
  const module = createModule({ initialPages: 1, maximumPages: 1, shared: false });
  const invert = defineInversion(module, createFieldMacros(module, field));
  module.function("run", 2, (fn, target, source) => fn.call(invert, target, source));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { run } = instantiateKernel(compileKernel(module.build()), memory);
  const elements = elementMemory(memory, field);
  const [source, target] = [POOL_END, POOL_END + PAIR_BYTES];
  return (low: bigint, high: bigint): readonly [bigint, bigint] => {
    elements.write(source, low, 2);
    elements.write(source + 8, high, 2);
    run!(target, source);
    return [elements.read(target, 2), elements.read(target + 8, 2)];
  };
}

/** Returns a function that inverts an integer in four words. */
function createWordInverter({ modulus }: PrimeField) {
  const module = createModule({ initialPages: 1, maximumPages: 1, shared: false });
  module.function("run", 2, (fn, target, source) => {
    const words = [0, 8, 16, 24].map((offset) => fn.let(i64.load(source, offset)));
    invertWords(fn, words, modulus).forEach((word, i) => fn.do(i64.store(target, word, 8 * i)));
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { run } = instantiateKernel(compileKernel(module.build()), memory);
  const bytes = new Uint8Array(memory.buffer);
  return (value: bigint): bigint => {
    writeElement(bytes, POOL_END, value);
    run!(POOL_END, POOL_END);
    return readElement(bytes, POOL_END);
  };
}

for (const [name, field] of Object.entries({ Fq: FQ, Fr: FR })) {
  describe(`kernel: inversion in ${name} (${random.title})`, () => {
    const { modulus: p } = field;
    const powers = Array.from({ length: 254 }, (_, i) => 1n << BigInt(i));
    const edges = [1n, 2n, 3n, p - 1n, p - 2n, p / 2n, p / 2n + 1n, ...powers].map((value) =>
      modulo(value, p),
    );
    const inverses = (low: bigint, high: bigint) => [invertModulo(low, p), invertModulo(high, p)];

    it("inverts edge values and random ones", () => {
      const invert = createInverter(field);
      for (const edge of edges) {
        const other = random.pick(edges);
        expect(invert(edge, other)).to.deep.equal(inverses(edge, other));
        // The division steps start from this element's Montgomery form.
        const form = elementOfForm(field, edge);
        expect(invert(form, 1n)).to.deep.equal(inverses(form, 1n));
      }
      for (let i = 0; i < 2_000; i++) {
        const [low, high] = [1n + (random.bigint(320) % (p - 1n)), 1n + random.bigint(240)];
        expect(invert(low, high)).to.deep.equal(inverses(low, high));
      }
    });

    it("inverts integers in words, with a reduced result in place", () => {
      const invert = createWordInverter(field);
      const many = Array.from({ length: 200 }, () => modulo(random.bigint(256), p));
      for (const value of [...edges, ...many]) {
        expect(invert(value)).to.equal(invertModulo(value, p));
      }
      expect(invert(0n)).to.equal(0n);
    });

    it("returns zero for zero", () => {
      const invert = createInverter(field);
      expect(invert(0n, 0n)).to.deep.equal([0n, 0n]);
      expect(invert(5n, 0n)).to.deep.equal([0n, 0n]);
    });
  });
}

/** Returns the element with this Montgomery form. */
function elementOfForm({ modulus }: PrimeField, form: bigint): bigint {
  return modulo(form * invertModulo(1n << 255n, modulus), modulus);
}
