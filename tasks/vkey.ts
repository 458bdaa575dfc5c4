/** `hardhat rollup:vkey`: prints or writes a circuit's verification key in the form of snarkjs. */
import { resolve } from "node:path";
import { writeFileAtomically } from "../src/groth16/files/files.ts";
import { shownPath } from "./circuit-steps.ts";
import { defineAction } from "./common.ts";
import { type CircuitArguments, withCircuit } from "./one-circuit.ts";

interface VkeyArguments extends CircuitArguments {
  /** Path of a file to write. */
  readonly output?: string | undefined;
}

const action = defineAction<VkeyArguments>(async (args, hre) => {
  const { output } = args;
  // What is printed is the key and nothing else.
  const quiet = { ...args, json: args.json || output === undefined };
  await withCircuit(quiet, "rollup:vkey", hre, async ({ circuit, source, progress }) => {
    await progress(`Finding the key of ${source.name}`, circuit.zkeyPath);
    const text = `${JSON.stringify(await circuit.verificationKey(), null, 1)}\n`;
    if (output !== undefined) await writeFileAtomically(resolve(output), [text]);
    if (quiet.json) process.stdout.write(text);
    else console.log(shownPath(resolve(output!)));
  });
});

export default action;
