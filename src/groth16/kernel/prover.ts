/**
 * A Groth16 prover on our own kernel. It reads snarkjs's `.zkey` and `.wtns` files and makes the
 * proofs that snarkjs would, several times as fast: see docs/kernel.md.
 *
 * Keys stay in memory, shared with the worker threads, until they are released.
 */

import { availableParallelism } from "node:os";
import { readElement, readElements } from "../formats/bn254.ts";
import type { Groth16Proof, ProofWithSignals } from "../snarkjs.ts";
import { readWitnessValues } from "../formats/wtns.ts";
import type { Group } from "../../kernel/groups.ts";
import { INTEGER_BYTES, FR, modulo } from "../../kernel/limbs.ts";
import { createKernelThreads } from "../../kernel/threads.ts";
import { groth16Error } from "../errors.ts";
import { computeSums, writeWitness } from "./compute.ts";
import { loadKey } from "./key.ts";
import type { LoadedKey } from "./key.ts";
import { createPointArithmetic } from "./points.ts";
import type { AffinePoint } from "./points.ts";

/** A loaded key. Only good for the prover that loaded it. */
export interface ProvingKey {
  readonly wires: number;
  readonly publicCount: number;
  readonly domainSize: number;
  /** How much memory the key and the work of a proof take. */
  readonly memoryBytes: number;
  /** Frees the memory. */
  release(): Promise<void>;
}

export interface Groth16Prover {
  /**
   * Takes a key in, once for many proofs.
   *
   * @param zkey The path of a file, or its bytes.
   * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, KERNEL_UNSUPPORTED, PROVING_KEY_TOO_LARGE
   */
  loadKey(zkey: string | Uint8Array): Promise<ProvingKey>;
  /**
   * Proves, one proof after the other. The witness is not checked: one that breaks a constraint
   * gives a proof that no verifier accepts.
   *
   * @param witness The bytes of a .wtns file.
   * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, WITNESS_LENGTH_MISMATCH
   */
  prove(key: ProvingKey, witness: Uint8Array): Promise<ProofWithSignals>;
  /** Ends the threads and forgets all keys. */
  close(): Promise<void>;
}

export interface Groth16ProverOptions {
  /** How many worker threads compute. All cores unless given. */
  readonly threads?: number;
}

export function createGroth16Prover({
  threads: threadCount = availableParallelism(),
}: Groth16ProverOptions = {}): Groth16Prover {
  const threads = createKernelThreads(threadCount);
  const loaded = new Map<ProvingKey, LoadedKey>();
  let last: Promise<unknown> = Promise.resolve();
  /** A key has room for one proof at a time, and the threads are busy with it anyway. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    loadKey: async (zkey) => {
      const key = await loadKey(zkey, threads);
      const { wires, publicCount, domainSize } = key.header;
      const memoryBytes = key.memory.buffer.byteLength;
      const release = async () => {
        if (loaded.delete(handle)) await key.space.close();
      };
      const handle: ProvingKey = { wires, publicCount, domainSize, memoryBytes, release };
      loaded.set(handle, key);
      return handle;
    },
    prove: (handle, witness) => {
      const key = loaded.get(handle);
      if (key === undefined) throw groth16Error({ code: "PROVING_KEY_RELEASED" });
      return inTurn(() => prove(key, witness));
    },
    close: async () => {
      loaded.clear();
      await threads.close();
    },
  };
}

async function prove(key: LoadedKey, witness: Uint8Array): Promise<ProofWithSignals> {
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

/** A scalar from 384 random bits, so that the remainder is uniform for all practical purposes. */
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
