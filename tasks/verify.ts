/** `hardhat rollup:verify`: verifies a proof from files. */
import { resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { ProtocolKey } from "../src/circom/verifier-source.ts";
import { createProgress } from "../src/plugin/progress.ts";
import { shownPath } from "./circuit-steps.ts";
import { defineAction, printJson } from "./common.ts";
import { placeOf, type ProofArguments } from "./proof-arguments.ts";
import { withCircuit } from "./one-circuit.ts";

interface VerifyArguments extends ProofArguments {
  /** Path of a verification key. */
  readonly vkey?: string | undefined;
}

const TASK = "rollup:verify";

const action = defineAction<VerifyArguments>(async (args, hre) => {
  const { readProof, verifyProof } = await import("../src/plugin/circuits/proof-files.ts");
  const { circuit, place } = await placeOf(args, TASK, hre);
  const { proven, ...files } = await readProof(place);
  const { key, origin } = await keyOf(args, hre);
  const progress = createProgress(args.json ? process.stderr : process.stdout);
  const isValid = await progress("Verifying", () => verifyProof(key, proven));
  if (!isValid) process.exitCode = 1;
  if (args.json) {
    printJson({ circuit, protocol: key.protocol, isValid, ...files, verificationKey: origin });
    return;
  }
  const subject = circuit === null ? "" : `${circuit}: `;
  const result = isValid
    ? "the proof is valid"
    : "the proof is NOT valid for these public values under this key";
  const paths = [files.proof, files.public, origin].map((path) => `  ${shownPath(path)}`);
  console.log([`${subject}${result} (${key.protocol})`, ...paths].join("\n"));
});

/** Reads the given verification key, or that of the circuit. */
async function keyOf(
  args: VerifyArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<{ key: ProtocolKey["verificationKey"]; origin: string }> {
  const { readKey } = await import("../src/plugin/circuits/proof-files.ts");
  if (args.vkey !== undefined) {
    const origin = resolve(args.vkey);
    return { key: await readKey(origin), origin };
  }
  return withCircuit(args, TASK, hre, async ({ circuit, source, progress }) => {
    const origin = await progress(`Finding the key of ${source.name}`, circuit.zkeyPath);
    return { key: await circuit.verificationKey(), origin };
  });
}

export default action;
