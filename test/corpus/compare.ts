/** Measures the kernel against snarkjs on circuits of the corpus, in one run. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { compareProvers, type ProverComparison } from "../../src/bench/prover.ts";
import { encodeWitness } from "../../src/groth16/formats/wtns.ts";
import { CASES } from "./cases.ts";

/** From two thousand constraints to two hundred thousand. */
export const COMPARED = [
  "circomlib-poseidon",
  "semaphore",
  "zk-regex-email-address",
  "circomlib-sha256",
  "zk-email-rsa",
];

export interface Comparison extends ProverComparison {
  readonly name: string;
  readonly constraints: number;
}

export async function compareOn(name: string, hre: HardhatRuntimeEnvironment): Promise<Comparison> {
  const { inputs } = CASES.find((entry) => entry.name === name)!;
  const circuit = await hre.circuits.get(name);
  const witness = encodeWitness(await circuit.calculateWitness(inputs));
  const zkeyPath = await circuit.zkeyPath();
  const { constraints } = circuit.stats;
  return { name, constraints, ...(await compareProvers({ zkeyPath, witness })) };
}
