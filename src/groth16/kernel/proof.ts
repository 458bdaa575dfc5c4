/** Computes a Groth16 proof from a key in memory and a witness. */

import { readElement, readElements } from "../formats/bn254.ts";
import type { Groth16Proof, ProofWithSignals } from "../snarkjs.ts";
import { readWitnessValues } from "../formats/wtns.ts";
import type { Group } from "../../kernel/groups.ts";
import { INTEGER_BYTES, FR, modulo } from "../../kernel/limbs.ts";
import { groth16Error } from "../errors.ts";
import { computeSums, writeWitness } from "./compute.ts";
import type { LoadedKey } from "./key.ts";
import { createPointArithmetic } from "./points.ts";
import type { AffinePoint } from "./points.ts";

/**
 * Proves a witness, one at a time per key. The witness is not checked: if it violates a constraint,
 * no verifier accepts the proof.
 *
 * @param witness The bytes of a .wtns file.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, WITNESS_LENGTH_MISMATCH
 */
export async function createProof(key: LoadedKey, witness: Uint8Array): Promise<ProofWithSignals> {
  const { wires, publicCount } = key.header;
  const values = readWitnessValues(witness);
  if (values.length !== wires * INTEGER_BYTES) {
    const actual = values.length / INTEGER_BYTES;
    throw groth16Error({ code: "WITNESS_LENGTH_MISMATCH", expected: wires, actual });
  }
  writeWitness(key, values);
  await computeSums(key);
  const publicSignals = readElements(values, INTEGER_BYTES, publicCount).map(String);
  return { proof: assembleProof(key, randomScalar(), randomScalar()), publicSignals };
}

/** Draws a scalar from 384 random bits, so that the bias of the remainder is negligible. */
function randomScalar(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(2 * INTEGER_BYTES));
  const [low, high] = [readElement(bytes, 0), readElement(bytes, INTEGER_BYTES)];
  return modulo(low + (high << 256n), FR.modulus);
}

/**
 * Blinds the sums with r and s:
 * A = α + Σa + r·δ,  B = β + Σb + s·δ,  C = Σc + Σh + s·A + r·B − r·s·δ.
 */
function assembleProof(key: LoadedKey, r: bigint, s: bigint): Groth16Proof {
  const { header, layout } = key;
  const [g1, g2] = (["G1", "G2"] satisfies Group[]).map((group) =>
    createPointArithmetic(key, group),
  );
  const slot = (index: number) => layout.points + index * g2!.bytes;
  const [delta, term, a, b1, b2, c] = [0, 1, 2, 3, 4, 5].map(slot);
  const blind = (g: typeof g1, target: number, base: Uint8Array, sum: number, by: bigint) => {
    g!.multiply(target, delta!, by);
    g!.write(term!, base);
    g!.add(target, target, term!);
    g!.add(target, target, sum);
  };
  g1!.write(delta!, header.delta1);
  blind(g1, a!, header.alpha1, layout.queries.a.sum, r);
  blind(g1, b1!, header.beta1, layout.queries.b1.sum, s);
  g1!.multiply(c!, delta!, modulo(-r * s, FR.modulus));
  for (const [point, by] of [
    [a!, s],
    [b1!, r],
  ] as const) {
    g1!.multiply(term!, point, by);
    g1!.add(c!, c!, term!);
  }
  g1!.add(c!, c!, layout.queries.c.sum);
  g1!.add(c!, c!, layout.queries.h.sum);
  g2!.write(delta!, header.delta2);
  blind(g2, b2!, header.beta2, layout.queries.b2.sum, s);
  return toJson(g1!.read(a!), g2!.read(b2!), g1!.read(c!));
}

function toJson(a: AffinePoint, b: AffinePoint, c: AffinePoint): Groth16Proof {
  const flat = ({ x, y }: AffinePoint) => [...x, ...y].map(String).concat("1");
  return {
    pi_a: flat(a),
    pi_b: [b.x.map(String), b.y.map(String), ["1", "0"]],
    pi_c: flat(c),
    protocol: "groth16",
    curve: "bn128",
  };
}
