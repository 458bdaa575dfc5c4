/** The worker thread of the dev setup. */

import { parentPort, workerData } from "node:worker_threads";
import { createFixedBaseMultiplication } from "../../kernel/fixed-base.ts";
import { isKernelSupported } from "../../kernel/instance.ts";
import { readR1cs } from "../formats/r1cs.ts";
import { createFixedBase, type FixedBase, type Group, pointBytes } from "./fixed-base.ts";
import { instantiateKernel } from "./kernel.ts";
import { encodeCoefficients, evaluateQap, type QapScalars } from "./qap.ts";
import type { Trapdoor } from "./trapdoor.ts";

/** Data of a worker at its start. */
export interface SetupWorkerData {
  readonly module: WebAssembly.Module;
  /** Affine, in Montgomery form. */
  readonly generators: Readonly<Record<Group, Uint8Array>>;
  /** Expected number of points of each group in this worker. */
  readonly expectedCounts: Readonly<Record<Group, number>>;
}

export interface EvaluateJob {
  readonly kind: "evaluate";
  readonly r1csPath: string;
  readonly trapdoor: Trapdoor;
}

export interface EvaluateResult {
  readonly scalars: QapScalars;
  readonly coefficients: Uint8Array<ArrayBuffer>;
}

export interface MultiplyJob {
  readonly kind: "multiply";
  readonly group: Group;
  readonly scalars: Uint8Array<ArrayBuffer>;
}

/** The same points in two forms: of a zkey, and of snarkjs's hash. */
export interface MultiplyResult {
  readonly points: Uint8Array<ArrayBuffer>;
  readonly uncompressed: Uint8Array<ArrayBuffer>;
}

const { module, generators, expectedCounts } = workerData as SetupWorkerData;
const kernel = instantiateKernel(module);
const fixedBases = new Map<Group, FixedBase>();

parentPort?.on("message", (job: EvaluateJob | MultiplyJob) => {
  if (job.kind === "evaluate") {
    const result = evaluate(job);
    const buffers = [result.coefficients, ...Object.values(result.scalars)].map((b) => b.buffer);
    parentPort?.postMessage(result, buffers);
  } else {
    const result = multiply(job);
    parentPort?.postMessage(result, [result.points.buffer, result.uncompressed.buffer]);
  }
});

function evaluate({ r1csPath, trapdoor }: EvaluateJob): EvaluateResult {
  const r1cs = readR1cs(r1csPath);
  return {
    scalars: evaluateQap(kernel, r1cs, trapdoor),
    coefficients: encodeCoefficients(r1cs),
  };
}

function multiply({ group, scalars }: MultiplyJob): MultiplyResult {
  const points = fixedBase(group)(scalars);
  const size = pointBytes(group);
  const mark = kernel.freeMark();
  const address = kernel.allocate(points.length);
  kernel.write(address, points);
  const convert = kernel.batchUnary(group === "G1" ? "g1m_batchLEMtoU" : "g2m_batchLEMtoU");
  convert(address, points.length / size, address);
  const uncompressed = kernel.read(address, points.length);
  kernel.release(mark);
  return { points, uncompressed };
}

function fixedBase(group: Group): FixedBase {
  const known = fixedBases.get(group);
  if (known !== undefined) return known;
  const [generator, count] = [generators[group], expectedCounts[group]];
  const made = isKernelSupported()
    ? createFixedBaseMultiplication(group, generator, count)
    : createFixedBase(kernel, group, generator, count);
  fixedBases.set(group, made);
  return made;
}
