/** `hardhat rollup:export`: writes a circuit's files in the layout of circom and snarkjs. */
import { resolve } from "node:path";
import { VERIFIER_LANGUAGES } from "../src/circom/verifier-source.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { shownPath } from "./circuit-steps.ts";
import { defineAction, isOneOf, printJson } from "./common.ts";
import { type InputArguments, withCircuit } from "./one-circuit.ts";

interface ExportArguments extends InputArguments {
  readonly verifier: string;
}

const TASK = "rollup:export";

const action = defineAction<ExportArguments>(async (args, hre) => {
  const { output, input, verifier, json } = args;
  if (output === undefined) {
    throw pluginError({ code: "OPTION_MISSING", option: "output", task: TASK });
  }
  if (!isOneOf(VERIFIER_LANGUAGES, verifier)) {
    const known = VERIFIER_LANGUAGES;
    throw pluginError({ code: "OPTION_VALUE_UNKNOWN", option: "verifier", value: verifier, known });
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
        contractName: verifierName(circuit.name, hre.config.rollup.circuits.verifiers.suffix),
        verifierLanguage: verifier,
        ...(read !== undefined && { inputs: read.inputs }),
      }),
    );
    if (json) printJson({ circuit: source.name, files });
    else for (const file of files) console.log(shownPath(file));
  });
});

export default action;
