/** `hardhat rollup:export`: writes a circuit's files in the layout of circom and snarkjs. */
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Protocol } from "../src/circom/protocols.ts";
import type { InputValues } from "../src/circom/witness-inputs.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";

interface ExportArguments extends CommonArguments {
  readonly circuit: string | undefined;
  readonly output: string | undefined;
  readonly input: string | undefined;
  readonly protocol: string | undefined;
}

const TASK = "rollup:export";

const action = defineAction<ExportArguments>(async (args, hre) => {
  const { circuit: name, output, input, protocol, json } = args;
  if (name === undefined)
    throw pluginError({ code: "OPTION_MISSING", option: "circuit", task: TASK });
  if (output === undefined) {
    throw pluginError({ code: "OPTION_MISSING", option: "output", task: TASK });
  }
  const inputs = input === undefined ? undefined : await readInputs(input);
  const files = await exportTo(resolve(output), { name, inputs, protocol }, hre);
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
  },
  hre: HardhatRuntimeEnvironment,
): Promise<string[]> {
  const { exportCircuit } = await import("../src/circom/export-circuit.ts");
  const { verifierName } = await import("../src/plugin/circuits/verifier-name.ts");
  const { name, inputs, protocol } = chosen;
  const circuit = await hre.circuits.get(name, {
    ...(protocol !== undefined && { protocol: protocol as Protocol }),
  });
  try {
    return await exportCircuit(circuit, {
      output,
      contractName: verifierName(name),
      ...(inputs !== undefined && { inputs }),
    });
  } finally {
    await hre.circuits.close();
  }
}

/** @throws FILE_NOT_ACCESSIBLE */
async function readInputs(file: string): Promise<InputValues> {
  const refuse = (reason: string) =>
    pluginError({ code: "FILE_NOT_ACCESSIBLE", path: resolve(file), reason });
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw refuse(String(error));
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as InputValues;
    }
  } catch (error) {
    throw refuse(`it is not JSON: ${String(error)}`);
  }
  throw refuse("it is not a JSON object of input values");
}

export default action;
