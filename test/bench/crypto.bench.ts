/** Poseidon and EdDSA: the kernel beside the reference, circomlibjs and poseidon-lite. */

import { buildEddsa, buildPoseidon } from "circomlibjs";
import { poseidon2, poseidon5, poseidon8, poseidon16 } from "poseidon-lite";
import { createSigningKey, publicKey, sign, verify } from "../../src/crypto/eddsa.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import { createEddsaKernel } from "../../src/kernel/eddsa.ts";
import { createPoseidonKernel } from "../../src/kernel/poseidon.ts";
import { createRandom } from "../helpers/random.ts";
import { bestOf } from "./measure.ts";

/** Microseconds per hash or signature, and how many times faster the kernel is. */
export interface CryptoComparison {
  readonly microseconds: Readonly<Record<string, number>>;
  readonly singleOverCircomlibjs: number;
  readonly batchOverCircomlibjs: number;
}

export interface CryptoBenchResult {
  /** By number of inputs. */
  readonly poseidon: Readonly<Record<string, CryptoComparison>>;
  readonly eddsaVerify: CryptoComparison;
  readonly eddsaSignMicroseconds: number;
}

const BATCH = 64;
const ROUNDS = 15;
const POSEIDON_LITE = { 2: poseidon2, 5: poseidon5, 8: poseidon8, 16: poseidon16 } as const;

export async function run(): Promise<CryptoBenchResult> {
  const byInputs: [string, CryptoComparison][] = [];
  for (const inputs of [2, 5, 8, 16] as const) {
    byInputs.push([String(inputs), await comparePoseidon(inputs)]);
  }
  const key = createSigningKey(createRandom().bytes(32));
  const [seconds] = bestOf(ROUNDS, [() => sign(key, 1n)]);
  return {
    poseidon: Object.fromEntries(byInputs),
    eddsaVerify: await compareEddsa(),
    eddsaSignMicroseconds: seconds! * 1e6,
  };
}

async function comparePoseidon(inputs: 2 | 5 | 8 | 16): Promise<CryptoComparison> {
  const random = createRandom();
  const lists = Array.from({ length: BATCH }, () =>
    Array.from({ length: inputs }, () => random.field()),
  );
  const [first] = lists as [bigint[]];
  const kernel = createPoseidonKernel();
  const circomlibjs = await buildPoseidon();
  const expected = poseidon(first);
  const lite = POSEIDON_LITE[inputs];
  assertEqual(kernel.hash(first), expected);
  assertEqual(kernel.hashMany(lists)[0], expected);
  assertEqual(circomlibjs.F.toObject(circomlibjs(first)), expected);
  assertEqual(lite(first), expected);
  return compare({
    kernel: () => kernel.hash(first),
    kernelBatch: () => kernel.hashMany(lists),
    circomlibjs: () => circomlibjs.F.toObject(circomlibjs(first)),
    poseidonLite: () => lite(first),
    reference: () => poseidon(first),
  });
}

async function compareEddsa(): Promise<CryptoComparison> {
  const random = createRandom();
  const signed = Array.from({ length: BATCH }, () => {
    const key = createSigningKey(random.bytes(32));
    const message = random.field();
    return { key: publicKey(key), message, signature: sign(key, message) };
  });
  const { key, message, signature } = signed[0]!;
  const kernel = createEddsaKernel();
  const eddsa = await buildEddsa();
  const { F } = eddsa.babyJub;
  const point = ({ x, y }: { x: bigint; y: bigint }): [Uint8Array, Uint8Array] => [F.e(x), F.e(y)];
  const [theirKey, theirMessage] = [point(key), F.e(message)];
  const theirSignature = { R8: point(signature.r8), S: signature.s };
  assertEqual(kernel.verify(key, message, signature), true);
  assertEqual(kernel.verifyBatch(signed).every(Boolean), true);
  assertEqual(eddsa.verifyPoseidon(theirMessage, theirSignature, theirKey), true);
  return compare({
    kernel: () => kernel.verify(key, message, signature),
    kernelBatch: () => kernel.verifyBatch(signed),
    circomlibjs: () => eddsa.verifyPoseidon(theirMessage, theirSignature, theirKey),
    reference: () => verify(key, message, signature),
  });
}

/** Times all; `kernelBatch` does {@link BATCH} at once. */
function compare(
  actions: Readonly<Record<"kernel" | "kernelBatch" | "circomlibjs", () => unknown>> &
    Readonly<Record<string, () => unknown>>,
): CryptoComparison {
  const names = Object.keys(actions);
  const seconds = bestOf(ROUNDS, Object.values(actions));
  const microsecondsOf = (name: string) => {
    const perCall = seconds[names.indexOf(name)]! * 1e6;
    return name === "kernelBatch" ? perCall / BATCH : perCall;
  };
  const microseconds = Object.fromEntries(names.map((name) => [name, microsecondsOf(name)]));
  const circomlibjs = microsecondsOf("circomlibjs");
  return {
    microseconds,
    singleOverCircomlibjs: circomlibjs / microsecondsOf("kernel"),
    batchOverCircomlibjs: circomlibjs / microsecondsOf("kernelBatch"),
  };
}

function assertEqual<T>(actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`${String(actual)} instead of ${String(expected)}`);
}
