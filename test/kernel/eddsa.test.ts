import { expect } from "chai";
import {
  addPoints,
  BASE8,
  IDENTITY,
  isOnCurve,
  multiplyBase,
  multiplyPoint,
  negatePoint,
  SUBGROUP_ORDER,
  type Point,
} from "../../src/crypto/baby-jubjub.ts";
import { createSigningKey, publicKey, sign, verify } from "../../src/crypto/eddsa.ts";
import { FIELD_MODULUS, squareRoot } from "../../src/crypto/field.ts";
import { createEddsaKernel, type SignedMessage } from "../../src/kernel/eddsa.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

function createSigned(message = random.field()): SignedMessage {
  const key = createSigningKey(random.bytes(32));
  return { key: publicKey(key), message, signature: sign(key, message) };
}

/** A point of order 4: y = 0, so a·x² = 1. */
const ORDER_4: Point = { x: squareRootOfInverseA(), y: 0n };
const ORDER_2: Point = { x: 0n, y: FIELD_MODULUS - 1n };

function squareRootOfInverseA(): bigint {
  let x = 1n;
  for (let exponent = FIELD_MODULUS - 2n, base = 168700n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) x = (x * base) % FIELD_MODULUS;
    base = (base * base) % FIELD_MODULUS;
  }
  return squareRoot(x)!;
}

/** The honest signature, and attempts to forge one, most of which are invalid. */
function variants(signed: SignedMessage): SignedMessage[] {
  const { key, message, signature } = signed;
  const { r8, s } = signature;
  const withR8 = (point: Point) => ({ ...signed, signature: { ...signature, r8: point } });
  const withKey = (point: Point) => ({ ...signed, key: point });
  const withS = (value: bigint) => ({ ...signed, signature: { ...signature, s: value } });
  return [
    signed,
    { ...signed, message: (message + 1n) % FIELD_MODULUS },
    { ...signed, message: message + FIELD_MODULUS },
    { ...signed, message: -1n },
    ...[s + SUBGROUP_ORDER, SUBGROUP_ORDER - s, 0n, -s, s ^ 1n].map(withS),
    ...[negatePoint(r8), IDENTITY, addPoints(r8, ORDER_2), addPoints(r8, ORDER_4)].map(withR8),
    ...[
      { x: r8.y, y: r8.x },
      { x: r8.x + FIELD_MODULUS, y: r8.y },
    ].map(withR8),
    ...[negatePoint(key), IDENTITY, ORDER_2, ORDER_4, addPoints(key, ORDER_4)].map(withKey),
    ...[
      { x: key.x, y: key.y + FIELD_MODULUS },
      { x: 1n, y: 1n },
    ].map(withKey),
  ];
}

describe(`kernel: EdDSA (${random.title})`, () => {
  const kernel = createEddsaKernel();
  const check = ({ key, message, signature }: SignedMessage) => verify(key, message, signature);

  it("agrees with the reference on honest and forged signatures", () => {
    expect(isOnCurve(ORDER_4)).to.equal(true);
    const messages = [0n, 1n, FIELD_MODULUS - 1n, random.field(), random.field()];
    const signed = messages.flatMap((message) => variants(createSigned(message)));
    const expected = signed.map(check);
    expect(expected.filter(Boolean)).to.have.lengthOf.at.least(messages.length);
    expect(kernel.verifyBatch(signed)).to.deep.equal(expected);
    const single = ({ key, message, signature }: SignedMessage) =>
      kernel.verify(key, message, signature);
    expect(signed.map(single)).to.deep.equal(expected);
  });

  it("agrees with the reference on keys with a component of small order", () => {
    // The factor 8 clears a component of order 4, so only the part in the subgroup matters.
    const secret = random.bigint(250);
    const key = addPoints(multiplyPoint(BASE8, secret), ORDER_4);
    const signed = { key, message: 7n, signature: { r8: BASE8, s: 1n } };
    expect(kernel.verifyBatch([signed])).to.deep.equal([check(signed)]);
  });

  it("multiplies the base like the reference, up to 2^252", () => {
    const edges = [0n, 1n, 2n, 63n, 64n, SUBGROUP_ORDER - 1n, SUBGROUP_ORDER, 2n ** 252n - 1n];
    const scalars = [...edges, ...Array.from({ length: 8 }, () => random.bigint(252))];
    for (const scalar of scalars) {
      const other = random.bigint(252);
      const expected = [scalar, other].map(multiplyBase);
      expect(kernel.multiplyBase([scalar, other])).to.deep.equal(expected);
    }
  });

  it("keeps the lanes apart, also with an odd count", () => {
    const signed = Array.from({ length: 7 }, () => createSigned());
    const tampered = signed.map((item, i) => (i % 3 === 1 ? { ...item, message: 5n } : item));
    const expected = tampered.map((_, i) => i % 3 !== 1);
    expect(kernel.verifyBatch(tampered)).to.deep.equal(expected);
    expect(kernel.verifyBatch([])).to.deep.equal([]);
  });
});
