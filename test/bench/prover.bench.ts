/** Our Groth16 prover and snarkjs on the same key and witness, in turns, each proof verified. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDevSetup } from "../../src/circuits/dev-setup.ts";
import { releaseProver, prove, verify } from "../../src/circuits/snarkjs.ts";
import type { VerificationKey } from "../../src/circuits/snarkjs.ts";
import { readVerificationKey } from "../../src/circuits/verification-key.ts";
import { decodeWitness } from "../../src/circuits/wtns.ts";
import { createGroth16Prover } from "../../src/prover/groth16/prover.ts";
import { createRandom } from "../helpers/random.ts";
import { createSyntheticCircuit, writeSyntheticR1cs } from "../helpers/synthetic-circuit.ts";
import { measure, type Usage } from "./measure.ts";

export interface ProverBenchOptions {
  /** Constraints are 2^logConstraints, less a few for the public values. */
  readonly logConstraints: number;
  /** One wire in so many is a bit; 0 for none. Bits make provers faster. */
  readonly bitEvery?: number;
  readonly rounds?: number;
  readonly threads?: number;
}

export interface ProverTimes {
  /** The best of all rounds. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

export interface ProverBenchResult {
  readonly constraints: number;
  readonly setupSeconds: number;
  readonly kernel: ProverTimes & { readonly loadSeconds: number; readonly memoryBytes: number };
  readonly snarkjs: ProverTimes;
  readonly wallRatio: number;
  readonly cpuRatio: number;
}

export async function run(options: ProverBenchOptions): Promise<ProverBenchResult> {
  const directory = mkdtempSync(join(tmpdir(), "prover-bench-"));
  try {
    return await runIn(directory, options);
  } finally {
    await releaseProver();
    rmSync(directory, { recursive: true });
  }
}

async function runIn(
  directory: string,
  { logConstraints, bitEvery = 0, rounds = 3, threads }: ProverBenchOptions,
): Promise<ProverBenchResult> {
  const constraints = 2 ** logConstraints - 10;
  const circuit = createSyntheticCircuit({ constraints, bitEvery, random: createRandom() });
  const [r1csPath, zkeyPath] = [join(directory, "a.r1cs"), join(directory, "a.zkey")];
  writeSyntheticR1cs(r1csPath, circuit);
  const setup = await measure(() => createDevSetup({ r1csPath, seed: "bench", zkeyPath }));
  const verificationKey = await readVerificationKey(zkeyPath);
  const witness = decodeWitness(circuit.witness);
  const prover = createGroth16Prover(threads === undefined ? {} : { threads });
  try {
    const loading = await measure(() => prover.loadKey(zkeyPath));
    const key = loading.result;
    const usages: { kernel: Usage[]; snarkjs: Usage[] } = { kernel: [], snarkjs: [] };
    for (let round = 0; round < rounds; round++) {
      const ours = () => prover.prove(key, circuit.witness);
      usages.kernel.push(await measureProof(verificationKey, ours));
      usages.snarkjs.push(await measureProof(verificationKey, () => prove({ zkeyPath, witness })));
    }
    const [kernel, snarkjs] = [best(usages.kernel), best(usages.snarkjs)];
    return {
      constraints,
      setupSeconds: setup.wallSeconds,
      kernel: { ...kernel, loadSeconds: loading.wallSeconds, memoryBytes: key.memoryBytes },
      snarkjs,
      wallRatio: snarkjs.wallSeconds / kernel.wallSeconds,
      cpuRatio: snarkjs.cpuSeconds / kernel.cpuSeconds,
    };
  } finally {
    await prover.close();
  }
}

async function measureProof(
  key: VerificationKey,
  make: () => ReturnType<typeof prove>,
): Promise<Usage> {
  const { result, ...usage } = await measure(make);
  if (!(await verify(key, result))) throw new Error("a proof was not accepted");
  return usage;
}

function best(usages: readonly Usage[]): ProverTimes {
  return {
    wallSeconds: Math.min(...usages.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: Math.min(...usages.map(({ cpuSeconds }) => cpuSeconds)),
  };
}
