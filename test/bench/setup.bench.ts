/** The dev setup: from constraints to a proving key that snarkjs accepts. */

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDevSetup } from "../../src/circuits/dev-setup.ts";
import { createRandom } from "../helpers/random.ts";
import { createSyntheticCircuit, writeSyntheticR1cs } from "../helpers/synthetic-circuit.ts";
import { measure } from "./measure.ts";

export interface SetupBenchOptions {
  /** Constraints are 2^logConstraints, less a few for the public values. */
  readonly logConstraints: number;
}

export interface SetupBenchResult {
  readonly constraints: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly zkeyBytes: number;
}

export async function run({ logConstraints }: SetupBenchOptions): Promise<SetupBenchResult> {
  const directory = mkdtempSync(join(tmpdir(), "setup-bench-"));
  try {
    const constraints = 2 ** logConstraints - 10;
    const circuit = createSyntheticCircuit({ constraints, bitEvery: 0, random: createRandom() });
    const [r1csPath, zkeyPath] = [join(directory, "a.r1cs"), join(directory, "a.zkey")];
    writeSyntheticR1cs(r1csPath, circuit);
    const setup = () => createDevSetup({ r1csPath, seed: "bench", zkeyPath });
    const { wallSeconds, cpuSeconds } = await measure(setup);
    return { constraints, wallSeconds, cpuSeconds, zkeyBytes: statSync(zkeyPath).size };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
