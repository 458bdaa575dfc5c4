import { expect } from "chai";
import * as field from "../../src/crypto/field.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { createRandom } from "../helpers/random.ts";

const { FIELD_MODULUS } = field;
const random = createRandom();
const edges = [0n, 1n, 2n, FIELD_MODULUS - 2n, FIELD_MODULUS - 1n, 1n << 253n];
const samples = [...edges, ...Array.from({ length: 50 }, () => random.field())];

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (isRollupError(error)) return error.code;
    throw error;
  }
  return undefined;
}

describe(`crypto/field (${random.title})`, () => {
  it("adds, subtracts and multiplies as integers do, reduced", () => {
    for (const a of samples) {
      const b = random.pick(samples);
      expect(field.add(a, b)).to.equal((a + b) % FIELD_MODULUS);
      expect(field.multiply(a, b)).to.equal((a * b) % FIELD_MODULUS);
      expect(field.subtract(a, b)).to.equal(field.reduce(a - b));
      expect(field.add(a, field.negate(a))).to.equal(0n);
    }
  });

  it("inverts all but zero", () => {
    for (const a of samples.filter((sample) => sample !== 0n)) {
      expect(field.multiply(a, field.invert(a))).to.equal(1n);
      expect(field.invert(a)).to.equal(field.power(a, FIELD_MODULUS - 2n));
    }
    expect(codeOf(() => field.invert(0n))).to.equal("DIVISION_BY_ZERO");
  });

  it("finds the smaller root of a square, and none of a non-square", () => {
    for (const a of samples) {
      const square = field.multiply(a, a);
      const root = a <= field.negate(a) ? a : field.negate(a);
      expect(field.squareRoot(square)).to.equal(root);
      if (a !== 0n) expect(field.squareRoot(field.multiply(square, 5n))).to.equal(undefined);
    }
  });

  it("writes 32 big-endian bytes and reads them back", () => {
    for (const a of samples) {
      const bytes = field.fieldToBytes(a);
      expect(bytes).to.have.length(32);
      expect(field.fieldFromBytes(bytes)).to.equal(a);
      expect(field.toField(bytes)).to.equal(a);
    }
    expect(field.fieldToBytes(258n).slice(-2)).to.deep.equal(Uint8Array.of(1, 2));
    expect(field.toField(new Uint8Array())).to.equal(0n);
    expect(field.toField(new Uint8Array(40).fill(255))).to.equal(
      ((1n << 320n) - 1n) % FIELD_MODULUS,
    );
  });

  it("refuses encodings that are not canonical", () => {
    for (const value of [-1n, FIELD_MODULUS, 1n << 256n]) {
      expect(field.isFieldElement(value)).to.equal(false);
      expect(codeOf(() => field.fieldToBytes(value))).to.equal("FIELD_ELEMENT_OUT_OF_RANGE");
    }
    const tooLarge = new Uint8Array(32).fill(255);
    expect(codeOf(() => field.fieldFromBytes(tooLarge))).to.equal("FIELD_ELEMENT_OUT_OF_RANGE");
    expect(codeOf(() => field.fieldFromBytes(new Uint8Array(31)))).to.equal("FIELD_BYTES_LENGTH");
  });
});
