/** Takes a circuit through all that a project does with it, once rightly and once wrongly. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { profileCircuit } from "../../src/circom/profile/profile-circuit.ts";
import type { Witness } from "../../src/groth16/formats/wtns.ts";
import type { ProofWithSignals } from "../../src/groth16/snarkjs.ts";
import { findSource } from "../../src/plugin/circuits/load-project-circuit.ts";
import type { ProjectCircuit } from "../../src/plugin/circuits/project-circuits.ts";
import { isRollupError } from "../../src/util/errors.ts";
import type { CorpusCase } from "./cases.ts";

/** What became of a case. */
export interface CorpusResult {
  readonly name: string;
  readonly constraints?: number;
  /** The steps that were right, in order. */
  readonly done: readonly string[];
  /** The step that was wrong, and why; missing if all are right. */
  readonly failure?: { readonly step: string; readonly reason: string };
}

type Step = readonly [name: string, run: () => Promise<unknown>];

/** Steps that answer `false`, or throw, are wrong. */
export async function checkCase(
  entry: CorpusCase,
  hre: HardhatRuntimeEnvironment,
): Promise<CorpusResult> {
  const { name } = entry;
  const done: string[] = [];
  let circuit: ProjectCircuit | undefined;
  let [witness, proven]: [Witness, ProofWithSignals | undefined] = [[], undefined];
  const steps: Step[] = [
    ["compile", async () => (circuit = await hre.circuits.get(name))],
    ["witness", async () => (witness = await circuit!.calculateWitness(entry.inputs))],
    ["constraints hold", () => Promise.resolve(circuit!.checkWitness(witness) === null)],
    ["profile", () => hasWholeProfile(name, hre)],
    ["outputs", () => Promise.resolve(hasOutputs(entry, circuit!, witness))],
    ["refuse inputs", () => refusesInputs(entry, circuit!)],
    ["prove", async () => (proven = await circuit!.prove(entry.inputs))],
    ["snarkjs accepts", () => circuit!.verify(proven!)],
    ["snarkjs refuses", async () => !(await circuit!.verify(falsify(proven!)))],
    ["contract", () => checkContract(circuit!, proven!, hre)],
  ];
  const facts = () => circuit && { constraints: circuit.stats.constraints };
  for (const [step, run] of steps) {
    try {
      if ((await run()) === false) throw new Error("the answer is wrong");
      done.push(step);
    } catch (error) {
      return { name, ...facts(), done, failure: { step, reason: reasonOf(error) } };
    }
  }
  return { name, ...facts(), done };
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isRollupError(error) ? `${error.code}: ${message}` : message;
}

/** Whether each constraint of the circuit is one of the source, and each wire a signal. */
export async function hasWholeProfile(
  name: string,
  { config: { paths, rollup } }: HardhatRuntimeEnvironment,
): Promise<boolean> {
  const source = findSource(name, paths.root, rollup);
  const profile = await profileCircuit({ ...source, cacheDir: rollup.paths.circuits });
  const { totals, unattributed, main } = profile;
  const isWhole = main.total.constraints === totals.constraints;
  return isWhole && unattributed.constraints === 0 && unattributed.wires === 1;
}

/** Whether the outputs are those of an independent program. */
function hasOutputs({ outputs = {} }: CorpusCase, circuit: ProjectCircuit, witness: Witness) {
  return Object.entries(outputs).every(([name, value]) => {
    if (typeof value === "bigint") return witness[circuit.wire(`main.${name}`)] === value;
    return value.every((item, i) => witness[circuit.wire(`main.${name}[${i}]`)] === item);
  });
}

async function refusesInputs({ inputs, refused }: CorpusCase, circuit: ProjectCircuit) {
  if (refused === undefined) return true;
  try {
    await circuit.calculateWitness({ ...inputs, ...refused });
    return false;
  } catch (error) {
    return isRollupError(error) && error.code === "CIRCUIT_ASSERT_FAILED";
  }
}

/** The same proof for another first public value. */
function falsify({ proof, publicSignals: [first, ...rest] }: ProofWithSignals): ProofWithSignals {
  return { proof, publicSignals: [String(BigInt(first!) ^ 1n), ...rest] };
}

async function checkContract(
  circuit: ProjectCircuit,
  proven: ProofWithSignals,
  hre: HardhatRuntimeEnvironment,
): Promise<boolean> {
  const connection = await hre.network.create();
  try {
    const contract = await connection.ethers.deployContract(circuit.verifierContract);
    const verify = async (subject: ProofWithSignals) => {
      const { a, b, c, input } = circuit.toSolidityProof(subject);
      return (await contract.getFunction("verifyProof")(a, b, c, input)) as boolean;
    };
    return (await verify(proven)) && !(await verify(falsify(proven)));
  } finally {
    await connection.close();
  }
}
