/** Compares the kernel's Poseidon and EdDSA with the reference, circomlibjs and poseidon-lite. */

import type * as Circomlibjs from "circomlibjs";
import type * as PoseidonLite from "poseidon-lite";
import { createSigningKey, publicKey, sign, verify } from "../crypto/eddsa.ts";
import { poseidon } from "../crypto/poseidon.ts";
import { createEddsaKernel } from "../kernel/eddsa.ts";
import { createPoseidonKernel } from "../kernel/poseidon-kernel.ts";
import { createSignatureScheme } from "../kernel/signatures.ts";
import { assert } from "../util/errors.ts";
import { benchFieldMultiplication, type FieldMultiplicationBench } from "./field.ts";
import { bestOf } from "./measure.ts";
import { createSeededRandom } from "./random.ts";

/** The time of one call in each installed library. */
export interface CryptoComparison {
  /** CPU time by library; `kernelBatch` is the kernel per item of a batch of {@link BATCH}. */
  readonly microseconds: Readonly<Record<string, number>>;
  /** Ratio of each library's time to that of a single call of the kernel. */
  readonly overKernel: Readonly<Record<string, number>>;
  /** Ratio of each library's time to that of an item of the kernel's batches. */
  readonly overKernelBatch: Readonly<Record<string, number>>;
}

export interface CryptoBench {
  readonly fieldMultiplication: FieldMultiplicationBench;
  /** By number of inputs. */
  readonly poseidon: Readonly<Record<string, CryptoComparison>>;
  readonly eddsaVerify: CryptoComparison;
  readonly eddsaSignMicroseconds: Readonly<Record<string, number>>;
  /** Libraries that are not measured. */
  readonly notInstalled: readonly string[];
}

const BATCH = 64;
const INPUT_COUNTS = [2, 5, 8, 16] as const;

/** Optional libraries: development dependencies of this package, which users may not have. */
interface Peers {
  readonly circomlibjs: typeof Circomlibjs | undefined;
  readonly poseidonLite: typeof PoseidonLite | undefined;
}

/** @param rounds - Measurements of each library, the best of which counts. */
export async function benchCrypto(rounds: number): Promise<CryptoBench> {
  const peers: Peers = {
    circomlibjs: await ifInstalled(() => import("circomlibjs")),
    poseidonLite: await ifInstalled(() => import("poseidon-lite")),
  };
  const byInputs: [string, CryptoComparison][] = [];
  for (const inputs of INPUT_COUNTS) {
    byInputs.push([String(inputs), await benchPoseidon(inputs, peers, rounds)]);
  }
  return {
    fieldMultiplication: benchFieldMultiplication(rounds),
    poseidon: Object.fromEntries(byInputs),
    eddsaVerify: await benchVerification(peers, rounds),
    eddsaSignMicroseconds: await benchSigning(peers, rounds),
    notInstalled: Object.entries(peers).flatMap(([name, peer]) => (peer === undefined ? name : [])),
  };
}

async function ifInstalled<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

async function benchPoseidon(
  inputs: (typeof INPUT_COUNTS)[number],
  { circomlibjs, poseidonLite }: Peers,
  rounds: number,
): Promise<CryptoComparison> {
  const random = createSeededRandom("bench");
  const lists = Array.from({ length: BATCH }, () =>
    Array.from({ length: inputs }, () => random.field()),
  );
  const [first] = lists as [bigint[]];
  const kernel = createPoseidonKernel();
  const theirs = await circomlibjs?.buildPoseidon();
  const lite = poseidonLite?.[`poseidon${inputs}`];
  const hashes = {
    kernel: () => kernel.hash(first),
    reference: () => poseidon(first),
    ...(theirs && { circomlibjs: () => theirs.F.toObject(theirs(first)) }),
    ...(lite && { poseidonLite: () => lite(first) }),
  };
  const [expected] = kernel.hashMany(lists);
  for (const [name, hash] of Object.entries(hashes)) {
    assert(hash() === expected, `${name} hashes as the others do`);
  }
  return compare({ ...hashes, kernelBatch: () => kernel.hashMany(lists) }, rounds);
}

async function benchVerification(
  { circomlibjs }: Peers,
  rounds: number,
): Promise<CryptoComparison> {
  const random = createSeededRandom("bench");
  const signed = Array.from({ length: BATCH }, () => {
    const key = createSigningKey(random.bytes(32));
    const message = random.field();
    return { key: publicKey(key), message, signature: sign(key, message) };
  });
  const { key, message, signature } = signed[0]!;
  const kernel = createEddsaKernel();
  const verifications = {
    kernel: () => kernel.verify(key, message, signature),
    reference: () => verify(key, message, signature),
    ...(circomlibjs && { circomlibjs: await theirVerification(circomlibjs, signed[0]!) }),
  };
  for (const [name, isValid] of Object.entries(verifications)) {
    assert(isValid(), `${name} accepts a valid signature`);
  }
  assert(kernel.verifyBatch(signed).every(Boolean), "the kernel accepts valid signatures");
  return compare({ ...verifications, kernelBatch: () => kernel.verifyBatch(signed) }, rounds);
}

type SignedMessages = Parameters<ReturnType<typeof createEddsaKernel>["verifyBatch"]>[0];

async function theirVerification(
  circomlibjs: NonNullable<Peers["circomlibjs"]>,
  { key, message, signature }: SignedMessages[number],
): Promise<() => boolean> {
  const eddsa = await circomlibjs.buildEddsa();
  const { F } = eddsa.babyJub;
  const point = ({ x, y }: { x: bigint; y: bigint }): [Uint8Array, Uint8Array] => [F.e(x), F.e(y)];
  const [theirKey, theirMessage] = [point(key), F.e(message)];
  const theirSignature = { R8: point(signature.r8), S: signature.s };
  return () => eddsa.verifyPoseidon(theirMessage, theirSignature, theirKey);
}

/** Measures signing; circomlibjs includes the derivation of the key from a seed. */
async function benchSigning(
  { circomlibjs }: Peers,
  rounds: number,
): Promise<Record<string, number>> {
  const seed = createSeededRandom("bench").bytes(32);
  const key = createSigningKey(seed);
  const eddsa = await circomlibjs?.buildEddsa();
  const message = eddsa?.babyJub.F.e(1n);
  const kernel = createSignatureScheme(true);
  const signings = {
    kernel: () => kernel.sign(key, 1n),
    reference: () => sign(key, 1n),
    ...(eddsa && { circomlibjs: () => eddsa.signPoseidon(seed, message!) }),
  };
  return timeAll(signings, rounds);
}

/** Measures the microseconds per call of each action. */
function timeAll(
  actions: Readonly<Record<string, () => unknown>>,
  rounds: number,
): Record<string, number> {
  const seconds = bestOf(rounds, Object.values(actions));
  return Object.fromEntries(Object.keys(actions).map((name, i) => [name, seconds[i]! * 1e6]));
}

function compare(
  actions: Readonly<Record<"kernel" | "kernelBatch", () => unknown>> &
    Readonly<Record<string, () => unknown>>,
  rounds: number,
): CryptoComparison {
  const { kernel, kernelBatch, ...others } = timeAll(actions, rounds);
  const [single, inBatch] = [kernel!, kernelBatch! / BATCH];
  const over = (ours: number) =>
    Object.fromEntries(Object.entries(others).map(([name, theirs]) => [name, theirs / ours]));
  return {
    microseconds: { kernel: single, kernelBatch: inBatch, ...others },
    overKernel: over(single),
    overKernelBatch: over(inBatch),
  };
}
