/**
 * Groth16 keys in seconds, from a trapdoor that everybody knows. INSECURE: anyone who knows the
 * seed can prove anything. For tests and devnets.
 *
 * The key is identical to the one that snarkjs makes from a powers-of-tau file with the same tau,
 * alpha and beta (`snarkjs zkey new`) and one contribution that multiplies delta (`snarkjs zkey
 * contribute`). So `snarkjs zkey verify` accepts it, with such a file that is larger than the
 * circuit needs. Instead of sums of curve points this setup computes sums of field elements, and
 * one multiplication per point.
 *
 * The contribution is named {@link INSECURE_CONTRIBUTION}; see {@link isInsecureZkey}.
 */

import { createHash, type Hash } from "node:crypto";
import { join, resolve } from "node:path";
import { dataView } from "../formats/binary-file.ts";
import { ELEMENT_BYTES, TWO_ADICITY } from "../formats/bn254.ts";
import { areIntact, digestPath, hashFile, recordDigests } from "../files/digests.ts";
import { groth16Error } from "../errors.ts";
import type { SetupCircuit } from "./circuit.ts";
import { createChaCha, type Curve, type CurveGroup, loadCurve } from "./ffjavascript.ts";
import { publicCount, type R1csHeader, readR1csHeader } from "../formats/r1cs.ts";
import type { Group } from "./fixed-base.ts";
import { domainSize } from "./qap.ts";
import { deriveScalar, deriveTrapdoor, type Trapdoor } from "./trapdoor.ts";
import {
  multiplyScalars,
  type PointList,
  type SetupPool,
  startSetupWorkers,
} from "./multiplication.ts";
import type { EvaluateJob, EvaluateResult } from "./worker.ts";
import { type Contribution, type ZkeyHeader } from "../formats/zkey.ts";
import { readZkeyVerifierPart, writeZkey } from "../formats/zkey-file.ts";

/** The name in the contributions of a zkey that marks a known trapdoor. */
export const INSECURE_CONTRIBUTION = "INSECURE dev setup: known trapdoor";

/** The default seed. */
export const DEFAULT_DEV_SEED = "hardhat-zkrollup";

/** Progress of a setup, in points of the key. */
export interface SetupProgress {
  /** Points that are computed. */
  readonly done: number;
  /** All points of the key. */
  readonly total: number;
}

/** What a dev setup makes, and of what. */
export interface DevSetupOptions {
  /** Path of the circuit's `.r1cs` file. */
  readonly r1csPath: string;
  /** Any text; the same seed and circuit give the same key, byte for byte. */
  readonly seed: string;
  /** Path of the key, which is written atomically. */
  readonly zkeyPath: string;
  /** Receives the progress after each part. */
  readonly onProgress?: (progress: SetupProgress) => void;
}

/** Which dev key is needed, and where keys are kept. */
export interface DevKeyOptions {
  /** A compiled circuit. */
  readonly circuit: SetupCircuit;
  /** Folder of the keys; created if it is missing. */
  readonly cacheDir: string;
  /** Any text; the same seed and circuit give the same key. Default: fixed. */
  readonly seed?: string;
  /** Receives the progress after each part. */
  readonly onProgress?: (progress: SetupProgress) => void;
}

type KeyLists = Readonly<
  Record<"a" | "b1" | "b2" | "ic" | "initialC" | "c" | "h" | "monomialH", PointList>
>;

/** Part of the names of cached keys: raise it when the same seed gives another key. */
const CACHE_FORMAT = 1;
/** The odd points belong to a domain twice as large as the circuit's. */
const MAXIMUM_ROWS = 2 ** (TWO_ADICITY - 1);

/**
 * Creates the key of a circuit, in seconds. **Insecure**: the seed is enough to forge proofs.
 *
 * @param options - Paths of circuit and key, and the seed.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, CUSTOM_GATES, CIRCUIT_TOO_LARGE, FOLDER_NOT_WRITABLE
 *
 * @example
 * const { r1csPath } = multiplier;
 * const zkeyPath = `${folder}/multiplier.zkey`;
 * await createDevSetup({ r1csPath, zkeyPath, seed: "example" });
 * isInsecureZkey(zkeyPath); // true
 *
 * @see snarkjs's src/zkey_new.js and src/zkey_contribute.js for the conventions
 */
export async function createDevSetup(options: DevSetupOptions): Promise<void> {
  const { r1csPath, seed, zkeyPath, onProgress } = options;
  const circuit = readR1csHeader(r1csPath);
  if (circuit.constraints + publicCount(circuit) >= MAXIMUM_ROWS) {
    const { constraints } = circuit;
    throw groth16Error({ code: "CIRCUIT_TOO_LARGE", constraints, maximum: MAXIMUM_ROWS });
  }
  const trapdoor = deriveTrapdoor(seed, await hashFile(r1csPath));
  const curve = await loadCurve();
  const pool = await startSetupWorkers(curve, {
    G1: 4 * circuit.wires + 2 * domainSize(circuit),
    G2: circuit.wires,
  });
  try {
    const evaluate: EvaluateJob = { kind: "evaluate", r1csPath, trapdoor };
    const { scalars, coefficients } = (await pool.run(evaluate)) as EvaluateResult;
    const lists = await multiplyAll(pool, scalars, onProgress);
    const initialHeader = createHeader(curve, circuit, trapdoor);
    const circuitHash = hashInitialKey(curve, initialHeader, lists);
    const contribution = contribute(curve, circuitHash, seed, trapdoor.delta);
    const delta2 = multiplyGenerator(curve.G2, trapdoor.delta);
    await writeZkey(resolve(zkeyPath), {
      header: { ...initialHeader, delta1: contribution.deltaAfter, delta2 },
      ic: lists.ic.points,
      coefficients: [coefficients],
      a: lists.a.points,
      b1: lists.b1.points,
      b2: lists.b2.points,
      c: lists.c.points,
      h: lists.h.points,
      circuitHash,
      contributions: [contribution],
    });
  } finally {
    await pool.close();
  }
}

/**
 * Finds the key of a circuit for a seed, or creates it if the cache has none that is whole.
 *
 * @param options - Circuit, folder and seed.
 * @returns The path of the zkey, and whether the cache had it.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, CUSTOM_GATES, CIRCUIT_TOO_LARGE, FOLDER_NOT_WRITABLE
 *
 * @example
 * const options = { circuit: multiplier, cacheDir: `${folder}/keys`, seed: "example" };
 * (await ensureDevKey(options)).cached; // false
 * (await ensureDevKey(options)).cached; // true
 */
export async function ensureDevKey(
  options: DevKeyOptions,
): Promise<{ zkeyPath: string; cached: boolean }> {
  const { circuit, seed = DEFAULT_DEV_SEED, onProgress } = options;
  const zkeyPath = devKeyPath(options);
  const cached = await isIntactZkey(zkeyPath);
  if (!cached) {
    const { r1csPath } = circuit;
    await createDevSetup({ r1csPath, seed, zkeyPath, ...(onProgress && { onProgress }) });
    await recordDigests(digestPath(zkeyPath), [zkeyPath]);
  }
  return { zkeyPath, cached };
}

/** Returns the path of a circuit's dev key, whether it exists or not. */
export function devKeyPath({ circuit, cacheDir, seed = DEFAULT_DEV_SEED }: DevKeyOptions): string {
  const key = createHash("sha256")
    .update(JSON.stringify([CACHE_FORMAT, circuit.digest, seed]))
    .digest("hex");
  return join(resolve(cacheDir), `${circuit.name}-${key.slice(0, 16)}.zkey`);
}

/** Returns whether a key of {@link ensureDevKey} exists unchanged. */
export function isIntactZkey(zkeyPath: string): Promise<boolean> {
  return areIntact(digestPath(zkeyPath), [zkeyPath]);
}

/**
 * Returns whether a key is insecure: it comes from a dev setup, or nobody has contributed a secret
 * to it, so that everybody knows delta and can forge proofs.
 *
 * @param zkeyPath - Path of a Groth16 proving key, a `.zkey` file.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, PROTOCOL_NOT_SUPPORTED
 *
 * @example
 * isInsecureZkey(await multiplier.zkeyPath()); // true
 */
export function isInsecureZkey(zkeyPath: string): boolean {
  const { contributions } = readZkeyVerifierPart(zkeyPath);
  const isDevKey = contributions.some(({ name }) => name === INSECURE_CONTRIBUTION);
  return isDevKey || contributions.every(({ isBeacon }) => isBeacon);
}

/** Multiplies all scalars. The slow group starts first, so that the workers end together. */
async function multiplyAll(
  pool: SetupPool,
  scalars: EvaluateResult["scalars"],
  onProgress: DevSetupOptions["onProgress"],
): Promise<KeyLists> {
  const lists = [scalars.b, ...Object.values(scalars)];
  const total = lists.reduce((sum, { length }) => sum + length / ELEMENT_BYTES, 0);
  let done = 0;
  const multiply = (group: Group, all: Uint8Array<ArrayBuffer>) =>
    multiplyScalars(pool, group, all, (points) => {
      done += points;
      onProgress?.({ done, total });
    });
  const [b2, a, b1, ic, initialC, c, h, monomialH] = await Promise.all([
    multiply("G2", scalars.b),
    multiply("G1", scalars.a),
    multiply("G1", scalars.b),
    multiply("G1", scalars.ic),
    multiply("G1", scalars.initialC),
    multiply("G1", scalars.c),
    multiply("G1", scalars.h),
    multiply("G1", scalars.monomialH),
  ]);
  return { a, b1, b2, ic, initialC, c, h, monomialH };
}

/** Returns the header of `zkey new`, with gamma = delta = 1. */
function createHeader(curve: Curve, circuit: R1csHeader, trapdoor: Trapdoor): ZkeyHeader {
  const { G1, G2 } = curve;
  return {
    wires: circuit.wires,
    publicCount: publicCount(circuit),
    domainSize: domainSize(circuit),
    alpha1: multiplyGenerator(G1, trapdoor.alpha),
    beta1: multiplyGenerator(G1, trapdoor.beta),
    beta2: multiplyGenerator(G2, trapdoor.beta),
    gamma2: multiplyGenerator(G2, 1n),
    delta1: multiplyGenerator(G1, 1n),
    delta2: multiplyGenerator(G2, 1n),
  };
}

/** Computes snarkjs's hash of a key without contributions. */
function hashInitialKey(curve: Curve, header: ZkeyHeader, lists: KeyLists): Uint8Array {
  const hash = createHash("blake2b512");
  for (const point of [header.alpha1, header.beta1]) hash.update(curve.G1.toUncompressed(point));
  hash.update(curve.G2.toUncompressed(header.beta2));
  hash.update(curve.G2.toUncompressed(header.gamma2));
  hash.update(curve.G1.toUncompressed(header.delta1));
  hash.update(curve.G2.toUncompressed(header.delta2));
  hashList(hash, lists.ic);
  // The hash covers one point of H less than the domain has, unlike the key.
  hashList(hash, { ...lists.monomialH, count: header.domainSize - 1 });
  for (const list of [lists.initialC, lists.a, lists.b1, lists.b2]) hashList(hash, list);
  return hash.digest();
}

function hashList(hash: Hash, { count, uncompressed }: PointList): void {
  const length = new Uint8Array(4);
  dataView(length).setUint32(0, count, false);
  hash.update(length);
  for (const chunk of uncompressed) hash.update(chunk);
}

/** Returns what `zkey contribute` adds for the secret delta. */
function contribute(
  curve: Curve,
  circuitHash: Uint8Array,
  seed: string,
  delta: bigint,
): Contribution {
  const { G1, G2 } = curve;
  const g1s = multiplyGenerator(G1, deriveScalar(seed, "contribution"));
  const g1sx = G1.toAffine(G1.timesScalar(g1s, delta));
  const transcript = createHash("blake2b512")
    .update(circuitHash)
    .update(G1.toUncompressed(g1s))
    .update(G1.toUncompressed(g1sx))
    .digest();
  const words = Array.from({ length: 8 }, (_, i) => dataView(transcript).getUint32(4 * i, false));
  const g2sp = G2.fromRng(createChaCha(words));
  return {
    name: INSECURE_CONTRIBUTION,
    deltaAfter: multiplyGenerator(G1, delta),
    g1s,
    g1sx,
    g2spx: G2.toAffine(G2.timesScalar(g2sp, delta)),
    transcript,
  };
}

function multiplyGenerator(group: CurveGroup, scalar: bigint): Uint8Array {
  return group.toAffine(group.timesScalar(group.g, scalar));
}
