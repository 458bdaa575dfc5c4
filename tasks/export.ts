/** `hardhat rollup:export`: writes a circuit's files in the layout of circom and snarkjs. */
import { resolve } from "node:path";
import { pluginError } from "../src/plugin/errors.ts";
import { shownPath } from "./circuit-steps.ts";
import { defineAction, printJson } from "./common.ts";
import { type InputArguments, withCircuit } from "./one-circuit.ts";

const TASK = "rollup:export";

const action = defineAction<InputArguments>(async (args, hre) => {
  const { output, input, json } = args;
  if (output === undefined) {
    throw pluginError({ code: "OPTION_MISSING", option: "output", task: TASK });
  }
  const { exportCircuit } = await import("../src/circom/export-circuit.ts");
  const { readInputs } = await import("../src/plugin/circuits/input-files.ts");
  const { verifierName } = await import("../src/plugin/circuits/verifier-name.ts");
  await withCircuit(args, TASK, hre, async ({ circuit, source, progress }) => {
    const { root } = hre.config.paths;
    const read = input === undefined ? undefined : await readInputs(input, source, root);
    const files = await progress(`Exporting ${source.name}`, () =>
      exportCircuit(circuit, {
        output: resolve(output),
        contractName: verifierName(circuit.name),
        ...(read !== undefined && { inputs: read.inputs }),
      }),
    );
    if (json) printJson({ circuit: source.name, files });
    else for (const file of files) console.log(shownPath(file));
  });
});

export default action;
