import { expect } from "chai";
import { isInG2, isPairingProductOne, negateG1, sumOfMultiples } from "../../src/crypto/pairing.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { BASE_FIELD_MODULUS, readCoordinates } from "../../src/groth16/formats/bn254.ts";
import { loadCurve } from "../../src/groth16/setup/ffjavascript.ts";
import type { ProofWithSignals, VerificationKey } from "../../src/groth16/snarkjs.ts";
import { createGroth16 } from "../../src/portable/node.ts";
import { verifyProof } from "../../src/portable/verify.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";
import { createPortableWorld, isAccepted, type PortableWorld } from "./world.ts";

const random = createRandom();
const INFINITY = ["0", "1", "0"];

/** Reads a point of ffjavascript. */
function toPoint(bytes: Uint8Array) {
  const [x0, x1, y0, y1] = readCoordinates(bytes, 0, 4);
  return [[x0!, x1!], [y0!, y1!]] as const; // prettier-ignore
}

const Q = BASE_FIELD_MODULUS;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result * (bit === "1" ? base : 1n)) % Q;
  }
  return result;
}

/** Returns a square root in Fq, or undefined: q is 3 modulo 4. */
function root(a: bigint): bigint | undefined {
  const candidate = power(a, (Q + 1n) / 4n);
  return (candidate * candidate - a) % Q === 0n ? candidate : undefined;
}

/** Finds a point (x, y) on y² = x³ + 3/(9 + i) with x in Fq, which has the twist's whole order. */
function findPointOnTwist() {
  const scale = 3n * power(82n, Q - 2n); // 3/(9 + i) = 3·(9 − i)/82
  const b1 = Q - (scale % Q);
  for (let x = 1n; ; x++) {
    const a0 = (x ** 3n + 9n * scale) % Q;
    const norm = root((a0 * a0 + b1 * b1) % Q);
    if (norm === undefined) continue;
    const half = power(2n, Q - 2n);
    const y0 = root(((a0 + norm) * half) % Q) ?? root(((a0 - norm + Q) * half) % Q);
    if (y0 === undefined) continue;
    const y1 = (b1 * half * power(y0, Q - 2n)) % Q;
    return [[x, 0n], [y0, y1]] as const; // prettier-ignore
  }
}

describe(`portable: verification (${random.title})`, () => {
  let world: PortableWorld;
  let key: VerificationKey;
  let proven: ProofWithSignals;
  before(async () => {
    world = await createPortableWorld();
    ({ key } = world.weighted);
    const { wasmPath, zkeyPath } = world.weighted;
    const { fullProve, terminate } = createGroth16({ threads: 1 });
    proven = await fullProve({ values: [1, 2, 3], factor: 7 }, wasmPath, zkeyPath);
    await terminate();
  });
  after(() => world.remove());

  const verify = ({ proof, publicSignals }: ProofWithSignals) =>
    verifyProof(key, publicSignals, proof);

  it("accepts and rejects what snarkjs accepts and rejects", async () => {
    const { proof, publicSignals } = proven;
    const swapped = { ...proof, pi_a: proof.pi_c, pi_c: proof.pi_a };
    const changed: readonly ProofWithSignals[] = [
      proven,
      { proof, publicSignals: [publicSignals[0]!, "8"] },
      { proof, publicSignals: ["0", "0"] },
      { proof: swapped, publicSignals },
      { proof: { ...proof, pi_a: ["1", "2", "1"] }, publicSignals },
      { proof: { ...proof, pi_a: ["1", "1", "1"] }, publicSignals }, // on no curve
      { proof: { ...proof, pi_c: INFINITY }, publicSignals },
      { proof, publicSignals: publicSignals.map((value) => String(BigInt(value) + FIELD_MODULUS)) },
    ];
    const expected = await Promise.all(changed.map((each) => isAccepted(key, each)));
    expect(expected).to.deep.equal(changed.map((_, i) => i === 0));
    expect(changed.map(verify)).to.deep.equal(expected);
  });

  it("rejects another form of a valid proof", () => {
    const { proof, publicSignals } = proven;
    const [x, y] = proof.pi_a;
    const larger = String(BigInt(x!) + BASE_FIELD_MODULUS);
    for (const pi_a of [
      [larger, y!, "1"],
      [x!, y!, "2"],
    ]) {
      expect(verify({ proof: { ...proof, pi_a }, publicSignals }), pi_a[2]).to.equal(false);
    }
  });

  it("rejects a point on the twist that is not of order r", () => {
    const point = findPointOnTwist();
    expect(isInG2(point)).to.equal(false);
    const [x, y] = point.map((part) => part.map(String));
    const pi_b = [x!, y!, ["1", "0"]];
    const { proof, publicSignals } = proven;
    expect(verify({ proof: { ...proof, pi_b }, publicSignals })).to.equal(false);
  });

  it("PROOF_MALFORMED, VERIFICATION_KEY_MALFORMED: rejects other JSON", () => {
    const { proof, publicSignals } = proven;
    const malformed = [
      [{ ...proof, pi_a: ["1", "2"] }, publicSignals],
      [{ ...proof, pi_b: [["1"], ["2"], ["1", "0"]] }, publicSignals],
      [{ ...proof, protocol: "plonk" }, publicSignals],
      [{ ...proof, curve: "bls12381" }, publicSignals],
      [proof, publicSignals.slice(1)],
      [proof, ["-1", "7"]],
      [null, publicSignals],
    ] as const;
    for (const [bad, signals] of malformed) {
      expectCode("PROOF_MALFORMED", () => verifyProof(key, signals, bad as never));
    }
    for (const bad of [
      { ...key, nPublic: 3 },
      { ...key, IC: undefined },
      { ...key, vk_alpha_1: ["1", "1", "1"] },
      { ...key, vk_gamma_2: [["0", "1"], ["1", "0"], ["1", "0"]] }, // prettier-ignore
    ]) {
      expectCode("VERIFICATION_KEY_MALFORMED", () =>
        verifyProof(bad as VerificationKey, publicSignals, proof),
      );
    }
  });

  it("pairs bilinearly: e(aP, bQ)·e(−abP, Q) = 1 for random a and b", async () => {
    const { G2 } = await loadCurve();
    const one = [1n, 2n] as const;
    const [a, b] = [random.field(), random.field()];
    const q = toPoint(G2.toAffine(G2.timesScalar(G2.g, b)));
    const generator = toPoint(G2.toAffine(G2.g));
    const left = sumOfMultiples([[a, one]]);
    const right = negateG1(sumOfMultiples([[(a * b) % FIELD_MODULUS, one]]));
    expect(isPairingProductOne([[left, q], [right, generator]])).to.equal(true); // prettier-ignore
    expect(isPairingProductOne([[left, q], [right, q]])).to.equal(false); // prettier-ignore
    expect(isPairingProductOne([[null, q], [one, null]])).to.equal(true); // prettier-ignore
  });
});
