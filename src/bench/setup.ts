/** Measures the dev setup, from constraints to a proving key that snarkjs accepts. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { createDevSetup } from "../groth16/setup/dev-setup.ts";
import { withTemporaryFolder } from "../groth16/files/files.ts";
import { measure } from "./measure.ts";
import { createSeededRandom } from "./random.ts";
import {
  createSyntheticCircuit,
  type SyntheticCircuit,
  writeSyntheticR1cs,
} from "./synthetic-circuit.ts";

export interface SetupBench {
  readonly constraints: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly zkeyBytes: number;
}

/** A circuit with its proving key. */
export interface MadeKey extends SetupBench {
  readonly circuit: SyntheticCircuit;
  readonly zkeyPath: string;
}

/** Rows of the domain that stay free for public values. */
const PUBLIC_ROWS = 10;

/** Measures one setup. @param power - Base-2 logarithm of the size of the domain, from 5 to 22. */
export function benchSetup(power: number): Promise<SetupBench> {
  return withTemporaryFolder("bench", async (folder) => {
    const { constraints, wallSeconds, cpuSeconds, zkeyBytes } = await makeKey(folder, power);
    return { constraints, wallSeconds, cpuSeconds, zkeyBytes };
  });
}

/** Creates a circuit that fills a domain of 2^power, and its key in `folder`. */
export async function makeKey(folder: string, power: number): Promise<MadeKey> {
  const constraints = 2 ** power - PUBLIC_ROWS;
  const random = createSeededRandom("bench");
  const circuit = createSyntheticCircuit({ constraints, bitEvery: 0, random });
  const [r1csPath, zkeyPath] = [join(folder, "a.r1cs"), join(folder, "a.zkey")];
  writeSyntheticR1cs(r1csPath, circuit);
  const setup = () => createDevSetup({ r1csPath, seed: "bench", zkeyPath });
  const { wallSeconds, cpuSeconds } = await measure(setup);
  const zkeyBytes = statSync(zkeyPath).size;
  return { constraints, wallSeconds, cpuSeconds, zkeyBytes, circuit, zkeyPath };
}
