/**
 * Powers of tau from a tau that everybody knows. INSECURE: anyone can forge proofs under the keys
 * that follow. For tests and devnets.
 *
 * The file has the sections that a universal setup reads, and none of alpha and beta.
 */
import { invert, multiply, reduce } from "../../crypto/field.ts";
import { encodeSections, uint32Bytes } from "../../groth16/formats/binary-file.ts";
import { BASE_FIELD_MODULUS, ELEMENT_BYTES, elementBytes } from "../../groth16/formats/bn254.ts";
import { writeFileAtomically } from "../../groth16/files/files.ts";
import { type Curve, loadCurve } from "../../groth16/setup/ffjavascript.ts";
import { instantiateKernel } from "../../groth16/setup/kernel.ts";
import {
  multiplyScalars,
  type SetupPool,
  startSetupWorkers,
} from "../../groth16/setup/multiplication.ts";
import { rootOfUnity, vanishing } from "../../groth16/setup/qap.ts";
import { deriveScalar } from "../../groth16/setup/trapdoor.ts";
import {
  createVectorSpace,
  geometric,
  lagrangeInPlace,
  toPlain,
  type VectorSpace,
} from "../../groth16/setup/vectors.ts";
import { PTAU_SECTION } from "../formats/ptau.ts";

/** The secret of a seed: the same as that of its Groth16 keys. */
export function devTau(seed: string): bigint {
  return deriveScalar(seed, "tau");
}

/**
 * Writes powers of tau.
 *
 * @param exponent - The file has 2^exponent powers; at most 27.
 */
export async function writeDevPtau(path: string, tau: bigint, exponent: number): Promise<void> {
  const curve = await loadCurve();
  const size = 2 ** exponent;
  const pool = await startSetupWorkers(curve, { G1: 4 * size, G2: 2 });
  try {
    const sections = await computeSections(curve, pool, tau, exponent);
    const header = [
      uint32Bytes(ELEMENT_BYTES),
      elementBytes(BASE_FIELD_MODULUS),
      uint32Bytes(exponent, exponent),
    ];
    await writeFileAtomically(
      path,
      encodeSections("ptau", 1, [
        { id: PTAU_SECTION.header, chunks: header },
        { id: PTAU_SECTION.tauG1, chunks: sections.tauG1 },
        { id: PTAU_SECTION.tauG2, chunks: sections.tauG2 },
        { id: PTAU_SECTION.contributions, chunks: [uint32Bytes(0)] },
        { id: PTAU_SECTION.lagrangeTauG1, chunks: sections.lagrangeTauG1 },
      ]),
    );
  } finally {
    await pool.close();
  }
}

/** Computes the points: powers of tau, and the Lagrange bases of all domains at tau. */
async function computeSections(curve: Curve, pool: SetupPool, tau: bigint, exponent: number) {
  const space = createVectorSpace(instantiateKernel(await WebAssembly.compile(curve.tm.code)));
  const count = 2 ** (exponent + 1) - 1;
  const powers = toPlain(space, geometric(space, 1n, tau, count), count);
  const bases = Array.from({ length: exponent + 1 }, (_, i) => lagrangeBasis(space, tau, 2 ** i));
  const [tauG2, tauG1, lagrangeTauG1] = await Promise.all([
    multiplyScalars(pool, "G2", powers.slice(0, 2 * ELEMENT_BYTES)),
    multiplyScalars(pool, "G1", powers),
    multiplyScalars(pool, "G1", concatenate(bases)),
  ]);
  return {
    tauG1: tauG1.points,
    tauG2: tauG2.points,
    lagrangeTauG1: lagrangeTauG1.points,
  };
}

/** Evaluates the Lagrange basis of a domain at tau, as plain elements. */
function lagrangeBasis(space: VectorSpace, tau: bigint, size: number): Uint8Array {
  const basis = geometric(space, 1n, rootOfUnity(size), size);
  const scale = multiply(reduce(vanishing(tau, size)), invert(BigInt(size)));
  lagrangeInPlace(space, basis, size, tau, scale);
  return toPlain(space, basis, size);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((offset, part) => {
    all.set(part, offset);
    return offset + part.length;
  }, 0);
  return all;
}
