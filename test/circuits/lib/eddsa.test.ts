import { expect } from "chai";
import { BASE8, SUBGROUP_ORDER, addPoints, multiplyBase } from "../../../src/crypto/baby-jubjub.ts";
import type { Point } from "../../../src/crypto/baby-jubjub.ts";
import type { Circuit } from "../../../src/circom/circuit.ts";
import type { InputValues } from "../../../src/circom/witness-inputs.ts";
import { createSigningKey, publicKey, sign, verify } from "../../../src/crypto/eddsa.ts";
import type { Signature } from "../../../src/crypto/eddsa.ts";
import { FIELD_MODULUS } from "../../../src/crypto/field.ts";
import { poseidon } from "../../../src/crypto/poseidon.ts";
import { SMALL_ORDER_POINTS, randomCurvePoint } from "../../helpers/curve-points.ts";
import { expectCircuitRefusal, findFreeWires } from "../../helpers/forged-witness.ts";
import { createRandom } from "../../helpers/random.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";
import { EDDSA_VECTOR } from "../../vectors/circomlib.ts";

const random = createRandom();

/** The circuit computes digits of numbers below this. */
const SCALARS = 1n << 251n;
/** Numbers with equal digits, and the bounds of windows and of the subgroup. */
const EDGE_SCALARS = [
  ...Array.from({ length: 8 }, (_, digit) => (BigInt(digit) * (8n ** 83n - 1n)) / 7n),
  ...[1n, 2n, 3n].flatMap((top) => [(top << 249n) - 1n, top << 249n, (top << 249n) + 1n]),
  ...[SUBGROUP_ORDER - 1n, SUBGROUP_ORDER, SUBGROUP_ORDER + 1n, (SUBGROUP_ORDER - 1n) / 2n],
  ...[1n, 2n, SCALARS - 1n],
];

interface Case {
  readonly key: Point;
  readonly message: bigint;
  readonly signature: Signature;
}

function toInput({ key, message, signature }: Case, enabled = 1) {
  const { r8, s } = signature;
  return { enabled, ax: key.x, ay: key.y, r8x: r8.x, r8y: r8.y, s, message };
}

function randomCase(message = random.field()): Case {
  const signingKey = createSigningKey(random.bytes(32));
  return { key: publicKey(signingKey), message, signature: sign(signingKey, message) };
}

/** A valid signature by a key with a component of small order; no honest signer makes one. */
function mixedOrderCase(torsion: Point): Case {
  const scalar = random.bigint(250);
  const nonce = random.bigint(250);
  const message = random.field();
  const key = addPoints(multiplyBase(scalar), torsion);
  const r8 = multiplyBase(nonce);
  const h = poseidon([r8.x, r8.y, key.x, key.y, message]);
  return { key, message, signature: { r8, s: (nonce + 8n * h * scalar) % SUBGROUP_ORDER } };
}

describe(`EdDSA circuit, ${random.title}`, () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadTemplate("lib/eddsa.circom", "EdDSAPoseidonVerifier()");
  });

  async function expectAccepted(input: InputValues): Promise<void> {
    const witness = await circuit.calculateWitness(input);
    expect(circuit.checkWitness(witness)).to.equal(null);
  }

  it("accepts what TypeScript accepts", async () => {
    const messages = [0n, 1n, FIELD_MODULUS - 1n, random.field(), random.field()];
    const mixed = SMALL_ORDER_POINTS.map(mixedOrderCase);
    const vector = { ...EDDSA_VECTOR, key: EDDSA_VECTOR.publicKey };
    for (const valid of [vector, ...messages.map((m) => randomCase(m)), ...mixed]) {
      expect(verify(valid.key, valid.message, valid.signature)).to.equal(true);
      await expectAccepted(toInput(valid));
    }
  });

  it("refuses what TypeScript refuses", async () => {
    const valid = randomCase();
    const { key, message, signature } = valid;
    const { r8, s } = signature;
    const torsion = SMALL_ORDER_POINTS[1]!;
    const invalid: Case[] = [
      { ...valid, message: (message + 1n) % FIELD_MODULUS },
      { ...valid, key: randomCase().key },
      { ...valid, key: addPoints(key, torsion) },
      { ...valid, key: { x: FIELD_MODULUS - key.x, y: key.y } },
      { ...valid, key: { x: key.y, y: key.x } },
      { ...valid, signature: { r8, s: (s + 1n) % SUBGROUP_ORDER } },
      { ...valid, signature: { r8, s: SUBGROUP_ORDER } },
      { ...valid, signature: { r8, s: FIELD_MODULUS - 1n } },
      { ...valid, signature: { r8: addPoints(r8, torsion), s } },
      { ...valid, signature: { r8: { x: r8.y, y: r8.x }, s } },
      { ...valid, signature: { r8: randomCurvePoint(random), s } },
      { ...valid, signature: randomCase().signature },
      // If 8A were 0, the nonce alone would sign every message.
      ...SMALL_ORDER_POINTS.map((small) => ({
        key: small,
        message,
        signature: { r8: multiplyBase(5n), s: 5n },
      })),
    ];
    for (const forged of invalid) {
      expect(verify(forged.key, forged.message, forged.signature)).to.equal(false);
      await expectCircuitRefusal(circuit, toInput(forged));
    }
  });

  it("accepts S + l, whose canonical form is what TypeScript accepts", async () => {
    let valid = randomCase();
    while (valid.signature.s + SUBGROUP_ORDER >= SCALARS) valid = randomCase();
    const { r8, s } = valid.signature;
    const other = { ...valid, signature: { r8, s: s + SUBGROUP_ORDER } };
    expect(verify(other.key, other.message, other.signature)).to.equal(false);
    expect(verify(valid.key, valid.message, valid.signature)).to.equal(true);
    await expectAccepted(toInput(other));
  });

  it("refuses a wrong signature with any digits of S", async () => {
    const valid = randomCase();
    const { s } = valid.signature;
    const message = (valid.message + 1n) % FIELD_MODULUS;
    // Each choice of digits belongs to one number of 251 bits, of which they are computed.
    const windows = random.shuffle([...new Array(83).keys()]).slice(0, 12);
    const changed = windows.map((i) => s ^ (BigInt(1 + random.int(7)) << BigInt(3 * i)));
    for (const top of [1n, 2n, 3n]) changed.push(s ^ (top << 249n));
    const randoms = Array.from({ length: 5 }, () => random.bigint(251));
    for (const digits of [...EDGE_SCALARS, ...changed, ...randoms]) {
      const signature = { ...valid.signature, s: digits % SCALARS };
      const forged = random.pick([valid, { ...valid, message }]);
      await expectCircuitRefusal(circuit, toInput({ ...forged, signature }));
    }
    await expectCircuitRefusal(circuit, toInput({ ...valid, message }));
  });

  it("waives only the equation if nothing is signed", async () => {
    const { key, message, signature } = randomCase();
    const { r8, s } = signature;
    const other = (message + 1n) % FIELD_MODULUS;
    await expectAccepted(toInput({ key, message: other, signature }, 0));
    const malformed: Case[] = [
      { key, message, signature: { r8: { x: r8.y, y: r8.x }, s } },
      { key: { x: key.y, y: key.x }, message, signature },
      { key: SMALL_ORDER_POINTS[2]!, message, signature },
    ];
    for (const forged of malformed) await expectCircuitRefusal(circuit, toInput(forged, 0));
  });

  it("accepts every S if nothing is signed", async () => {
    const signed = randomCase();
    const unsigned = { key: BASE8, message: 0n, signature: { r8: BASE8, s: 0n } };
    const randoms = Array.from({ length: 10 }, () => random.bigint(251));
    for (const { key, message, signature } of [unsigned, signed]) {
      for (const s of [...EDGE_SCALARS, ...randoms, FIELD_MODULUS - 1n]) {
        await expectAccepted(toInput({ key, message, signature: { r8: signature.r8, s } }, 0));
      }
    }
  });

  it("leaves no wire of an honest witness free", async () => {
    const witness = await circuit.calculateWitness(toInput(randomCase()));
    const free = findFreeWires(circuit.constraints(), witness);
    // A comparison's hint is free, and 0, while no bit is missing and none is extra.
    const forgeable = free.filter((wire) => witness[wire] !== 0n);
    expect(forgeable).to.deep.equal([circuit.wire("main.enabled")]);
  });
});
