/** `hardhat rollup:calldata`: prints the arguments of a proof for its verifier contract. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { groth16Error } from "../src/groth16/errors.ts";
import { publicCount } from "../src/groth16/formats/r1cs.ts";
import type { AnyProven } from "../src/plugin/circuits/proof-files.ts";
import type { ProjectSource } from "../src/plugin/circuits/sources.ts";
import { defineAction, printJson } from "./common.ts";
import { placeOf, type ProofArguments } from "./proof-arguments.ts";

const action = defineAction<ProofArguments>(async (args, hre) => {
  const { protocolOf, readProof } = await import("../src/plugin/circuits/proof-files.ts");
  const { toSolidityArguments, toSolidityCalldata } =
    await import("../src/circom/solidity-proof.ts");
  const { circuit, source, place } = await placeOf(args, "rollup:calldata", hre);
  const { proven } = await readProof(place);
  const protocol = protocolOf(proven);
  if (source !== undefined) await assertPublicCount(source, proven, hre);
  if (args.json) {
    printJson({ circuit, protocol, ...toSolidityArguments(protocol, proven as never) });
  } else console.log(toSolidityCalldata(protocol, proven as never));
});

/** Compares with the compiled circuit, if there is one: contracts take a fixed number of values. */
async function assertPublicCount(
  source: ProjectSource,
  { publicSignals: { length: actual } }: AnyProven,
  { config }: HardhatRuntimeEnvironment,
): Promise<void> {
  const { findCompiledCircuit } = await import("../src/circom/compile.ts");
  const cacheDir = config.rollup.paths.circuits;
  const circuit = await findCompiledCircuit({ ...source, cacheDir });
  if (circuit === undefined || publicCount(circuit.stats) === actual) return;
  const expected = publicCount(circuit.stats);
  const problem = `it has ${actual} public values, but the circuit ${source.name} has ${expected}`;
  throw groth16Error({ code: "PROOF_MALFORMED", problem });
}

export default action;
