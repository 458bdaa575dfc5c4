/** `hardhat rollup:export`: writes a circuit's files in the layout of circom and snarkjs. */
import { relative, resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Protocol } from "../src/circom/protocols.ts";
import { VERIFIER_LANGUAGES, type VerifierLanguage } from "../src/circom/verifier-source.ts";
import type { InputValues } from "../src/circom/witness-inputs.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { type CommonArguments, defineAction, isOneOf, printJson } from "./common.ts";

interface ExportArguments extends CommonArguments {
  readonly circuit: string | undefined;
  readonly output: string | undefined;
  readonly input: string | undefined;
  readonly protocol: string | undefined;
  readonly verifier: string;
}

const TASK = "rollup:export";

const action = defineAction<ExportArguments>(async (args, hre) => {
  const { circuit: name, output, input, protocol, verifier, json } = args;
  if (name === undefined)
    throw pluginError({ code: "OPTION_MISSING", option: "circuit", task: TASK });
  if (output === undefined) {
    throw pluginError({ code: "OPTION_MISSING", option: "output", task: TASK });
  }
  if (!isOneOf(VERIFIER_LANGUAGES, verifier)) {
    const known = VERIFIER_LANGUAGES;
    throw pluginError({ code: "OPTION_VALUE_UNKNOWN", option: "verifier", value: verifier, known });
  }
  const inputs = input === undefined ? undefined : await readInputs(input);
  const files = await exportTo(resolve(output), { name, inputs, protocol, verifier }, hre);
  if (json) {
    printJson({ circuit: name, files });
    return;
  }
  for (const file of files) console.log(relative(process.cwd(), file));
});

async function exportTo(
  output: string,
  chosen: {
    readonly name: string;
    readonly inputs: InputValues | undefined;
    readonly protocol: string | undefined;
    readonly verifier: VerifierLanguage;
  },
  hre: HardhatRuntimeEnvironment,
): Promise<string[]> {
  const { exportCircuit } = await import("../src/circom/export-circuit.ts");
  const { verifierName } = await import("../src/plugin/circuits/verifier-name.ts");
  const { name, inputs, protocol, verifier: verifierLanguage } = chosen;
  const circuit = await hre.circuits.get(name, {
    ...(protocol !== undefined && { protocol: protocol as Protocol }),
  });
  try {
    return await exportCircuit(circuit, {
      output,
      contractName: verifierName(circuit.name, hre.config.rollup.circuits.verifiers.suffix),
      verifierLanguage,
      ...(inputs !== undefined && { inputs }),
    });
  } finally {
    await hre.circuits.close();
  }
}

/** @throws INPUT_FILE_INVALID */
async function readInputs(file: string): Promise<InputValues> {
  const { readInputFile } = await import("../src/plugin/checks/load.ts");
  const [inputs, ...others] = await readInputFile(file);
  if (inputs !== undefined && others.length === 0) return inputs;
  const reason = "it has the inputs of more or less than one proof";
  throw pluginError({ code: "INPUT_FILE_INVALID", file: resolve(file), reason });
}

export default action;
