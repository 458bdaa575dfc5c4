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
import { poseidon } from "../../src/crypto/poseidon.ts";
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

/** A generator of the points whose order divides 8. */
const TORSION = multiplyPoint(
  {
    x: 995203441582195749578291179787384436505546430278305826713579947235728471134n,
    y: 5472060717959818805561601436314318772137091100104008585924551046643952123905n,
  },
  SUBGROUP_ORDER,
);

/** Signs with a nonce and components of small order of the signer's choice. */
function signFreely(choice: { nonce: bigint; r8Torsion?: bigint; keyTorsion?: bigint }) {
  const { nonce, r8Torsion = 0n, keyTorsion = 0n } = choice;
  const { scalar } = createSigningKey(random.bytes(32));
  const withTorsion = (point: Point, multiple: bigint) =>
    addPoints(point, multiplyPoint(TORSION, multiple));
  const key = withTorsion(multiplyBase(scalar / 8n), keyTorsion);
  const r8 = withTorsion(multiplyBase(nonce), r8Torsion);
  const message = random.field();
  const h = poseidon([r8.x, r8.y, key.x, key.y, message]);
  return { key, message, signature: { r8, s: (nonce + h * scalar) % SUBGROUP_ORDER } };
}

/** Signatures that satisfy the equation up to a component of small order, and others. */
function freeSignatures(): SignedMessage[] {
  const multiples = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n];
  const nonces = [0n, 1n, SUBGROUP_ORDER - 1n, random.bigint(250)];
  return nonces.flatMap((nonce) => [
    ...multiples.map((r8Torsion) => signFreely({ nonce, r8Torsion })),
    ...multiples.map((keyTorsion) => signFreely({ nonce, keyTorsion })),
    signFreely({ nonce, r8Torsion: 4n, keyTorsion: 4n }),
  ]);
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

  it("accepts the same signatures as the reference where components of small order cancel", () => {
    const signed = freeSignatures();
    const expected = signed.map(check);
    // Of each nonce: one honest R8, and all components of the key, which the cofactor clears.
    expect(expected.filter(Boolean)).to.have.lengthOf(4 * 9);
    // Each class alone among honest ones: no other refusal makes the group's equation fail.
    const honest = Array.from({ length: 8 }, () => createSigned());
    signed.forEach((item, i) => {
      const valid = kernel.verifyBatch([...honest, item, item]);
      expect(valid.slice(0, 8), `neighbors of ${i}`).to.deep.equal(honest.map(() => true));
      expect(valid.slice(8), `signature ${i}`).to.deep.equal([expected[i], expected[i]]);
      expect(kernel.verifyBatch(honest)).to.deep.equal(honest.map(() => true));
    });
    expect(kernel.verifyBatch(signed)).to.deep.equal(expected);
  });

  it("finds the invalid signatures of groups of any length, wherever they are", () => {
    const honest = Array.from({ length: 150 }, () => createSigned());
    expect(kernel.verifyBatch(honest)).to.deep.equal(honest.map(() => true));
    for (const length of [5, 6, 7, 63, 64, 65, 129, 150]) {
      const invalid = new Set([0, 1, 2].map(() => random.int(length)));
      const signed = honest
        .slice(0, length)
        .map((item, i) => (invalid.has(i) ? { ...item, message: 7n } : item));
      const expected = signed.map((_, i) => !invalid.has(i));
      expect(kernel.verifyBatch(honest.slice(0, 8)).every(Boolean)).to.equal(true);
      expect(kernel.verifyBatch(signed), `${length} signatures`).to.deep.equal(expected);
    }
  });

  it("refuses two invalid signatures whose errors cancel in a plain sum", () => {
    const [first, second, ...others] = Array.from({ length: 16 }, () => createSigned());
    const shift = (item: SignedMessage, by: bigint) => {
      const s = (item.signature.s + by + SUBGROUP_ORDER) % SUBGROUP_ORDER;
      return { ...item, signature: { ...item.signature, s } };
    };
    // Of one lane: the first and the third.
    const signed = [shift(first!, 1n), second!, shift(others[0]!, -1n), ...others.slice(1)];
    const valid = createEddsaKernel().verifyBatch(signed);
    expect(valid).to.deep.equal(signed.map((_, i) => i !== 0 && i !== 2));
  });
});
