import { expect } from "chai";
import { buildEddsa } from "circomlibjs";
import type { Eddsa } from "circomlibjs";
import { SUBGROUP_ORDER, addPoints } from "../../src/crypto/baby-jubjub.ts";
import {
  createSigningKey,
  hashPublicKey,
  publicKey,
  sign,
  verify,
} from "../../src/crypto/eddsa.ts";
import type { Signature } from "../../src/crypto/eddsa.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { SMALL_ORDER_POINTS, randomCurvePoint } from "../helpers/curve-points.ts";
import { createRandom } from "../helpers/random.ts";
import { EDDSA_VECTOR } from "../vectors/circomlib.ts";

const random = createRandom();
const key = createSigningKey(random.bytes(32));
const A = publicKey(key);
const message = random.field();
const signature = sign(key, message);

describe(`crypto/eddsa (${random.title})`, () => {
  it("returns the published key and signature", () => {
    const vectorKey = createSigningKey(new Uint8Array(Buffer.from(EDDSA_VECTOR.seed, "hex")));
    expect(publicKey(vectorKey)).to.deep.equal(EDDSA_VECTOR.publicKey);
    expect(sign(vectorKey, EDDSA_VECTOR.message)).to.deep.equal(EDDSA_VECTOR.signature);
    expect(verify(EDDSA_VECTOR.publicKey, EDDSA_VECTOR.message, EDDSA_VECTOR.signature)).to.equal(
      true,
    );
  });

  it("signs and verifies as circomlibjs does", async () => {
    const oracle: Eddsa = await buildEddsa();
    const { F } = oracle.babyJub;
    for (const text of [0n, FIELD_MODULUS - 1n, random.field(), random.field()]) {
      const seed = random.bytes(32);
      const ours = sign(createSigningKey(seed), text);
      const theirs = oracle.signPoseidon(seed, F.e(text));
      const oracleKey = oracle.prv2pub(seed);
      const r8 = { x: F.toObject(theirs.R8[0]), y: F.toObject(theirs.R8[1]) };
      expect(ours).to.deep.equal({ r8, s: theirs.S });
      expect(oracle.verifyPoseidon(F.e(text), theirs, oracleKey)).to.equal(true);
      expect(verify(publicKey(createSigningKey(seed)), text, { r8, s: theirs.S })).to.equal(true);
    }
  });

  it("refuses every forged signature of the same key and message", () => {
    const { r8, s } = signature;
    expect(verify(A, message, signature)).to.equal(true);
    const forgeries: Signature[] = [
      { r8, s: s + SUBGROUP_ORDER },
      { r8, s: s - SUBGROUP_ORDER },
      { r8, s: (s + 1n) % SUBGROUP_ORDER },
      { r8: { x: r8.x + FIELD_MODULUS, y: r8.y }, s },
      { r8: { x: r8.y, y: r8.x }, s },
      { r8: A, s },
      { r8: addPoints(r8, SMALL_ORDER_POINTS[1]!), s },
      { r8: { x: 0n, y: 0n }, s: 0n },
    ];
    for (const forgery of forgeries) expect(verify(A, message, forgery)).to.equal(false);
    expect(verify(A, (message + 1n) % FIELD_MODULUS, signature)).to.equal(false);
    expect(verify(A, message + FIELD_MODULUS, signature)).to.equal(false);
    expect(verify(publicKey(createSigningKey(random.bytes(32))), message, signature)).to.equal(
      false,
    );
  });

  it("refuses keys of small order and keys off the curve", () => {
    for (const smallKey of SMALL_ORDER_POINTS) {
      // With 8A = 0 the pair (0·B8, 0) would sign every message.
      expect(verify(smallKey, message, { r8: { x: 0n, y: 1n }, s: 0n })).to.equal(false);
    }
    expect(verify({ x: A.x, y: A.y + 1n }, message, signature)).to.equal(false);
    expect(verify({ x: A.x + FIELD_MODULUS, y: A.y }, message, signature)).to.equal(false);
    expect(verify({ x: 0n, y: 0n }, message, signature)).to.equal(false);
  });

  it("refuses a signature for the same key plus a point of small order", () => {
    const mixedKey = addPoints(A, SMALL_ORDER_POINTS[1]!);
    expect(verify(mixedKey, message, signature)).to.equal(false);
    expect(verify(randomCurvePoint(random), message, signature)).to.equal(false);
  });

  it("hashes a key as Poseidon(x, y)", () => {
    expect(hashPublicKey(A)).to.equal(poseidon([A.x, A.y]));
  });

  it("refuses seeds of other lengths than 32 bytes and messages outside the field", () => {
    for (const length of [0, 31, 33]) {
      const create = () => createSigningKey(new Uint8Array(length));
      expect(create).to.throw().with.property("code", "SIGNING_SEED_LENGTH");
    }
    for (const text of [-1n, FIELD_MODULUS]) {
      const code = "FIELD_ELEMENT_OUT_OF_RANGE";
      expect(() => sign(key, text))
        .to.throw()
        .with.property("code", code);
    }
  });
});
