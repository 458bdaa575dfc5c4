/** `hardhat rollup:debug`: explains a circuit's witness from its source. */
import { createInterface } from "node:readline";
import { styleText } from "node:util";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Debugger } from "../src/circom/debugger/commands.ts";
import type { CircuitDesign } from "../src/circom/evaluation/evaluate.ts";
import type { InputValues } from "../src/circom/witness-inputs.ts";
import { pluginError } from "../src/plugin/errors.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";

interface DebugArguments extends CommonArguments {
  readonly circuit: string;
  readonly input?: string | undefined;
  readonly signal?: string | undefined;
  readonly step: boolean;
}

const PROMPT = "(debug) ";
const NOTE = "Evaluated from the source; circom's own generator has the last word.";

async function load(
  { circuit, input, step }: DebugArguments,
  { config }: HardhatRuntimeEnvironment,
): Promise<{ design: CircuitDesign; inputs: InputValues }> {
  const { chooseSource } = await import("../src/plugin/circuits/load-project-circuit.ts");
  const { createCircuitSource } = await import("../src/circom/diagnosis/circuit-source.ts");
  const { readInputs } = await import("../src/plugin/circuits/input-files.ts");
  const { locateCircuit } = await import("../src/circom/compilation.ts");
  if (step && input === "-") {
    throw pluginError({ code: "OPTIONS_EXCLUSIVE", options: ["--step", "--input -"] });
  }
  const { root } = config.paths;
  const source = chooseSource(circuit, "rollup:debug", root, config.rollup);
  const cacheDir = config.rollup.paths.circuits;
  const { file, folders } = await locateCircuit({ ...source, cacheDir });
  const { inputs } = await readInputs(input, source, root);
  return { design: createCircuitSource(file, folders, source.prime).design(), inputs };
}

async function explain(design: CircuitDesign, inputs: InputValues, json: boolean): Promise<void> {
  const { renderTrace, traceFailure } = await import("../src/circom/diagnosis/trace.ts");
  const failure = traceFailure(design, inputs);
  if (json) {
    printJson({ holds: failure === undefined, failure: failure ?? null });
    return;
  }
  const lines = failure === undefined ? ["All statements hold."] : renderTrace(failure);
  console.log([...lines, "", NOTE].join("\n"));
}

async function explainSignals(
  design: CircuitDesign,
  inputs: InputValues,
  signal: string,
  json: boolean,
): Promise<void> {
  const history = await import("../src/circom/debugger/signal-history.ts");
  const found = history.explainSignal(design, inputs, signal);
  if (json) {
    printJson(found);
    return;
  }
  console.log([...found.flatMap(history.renderHistory), "", NOTE].join("\n"));
}

/** Reads commands up to `quit` or the end of the input. */
async function stepThrough(session: Debugger): Promise<void> {
  const { stdin, stdout } = process;
  const show = (output: readonly string[]) => console.log(output.map(highlight).join("\n"));
  show(["help lists the commands.", ...session.where()]);
  const lines = createInterface({ input: stdin, output: stdout, terminal: stdin.isTTY });
  lines.setPrompt(styleText("blue", PROMPT, { stream: stdout }));
  lines.prompt();
  for await (const line of lines) {
    const output = session.run(line);
    if (output === undefined) break;
    show(output);
    lines.prompt();
  }
  lines.close();
}

/** Colours the current line of the source, on a terminal. */
function highlight(line: string): string {
  return line.startsWith(">") ? styleText("yellow", line, { stream: process.stdout }) : line;
}

const action = defineAction<DebugArguments>(async (args, hre) => {
  const { design, inputs } = await load(args, hre);
  if (args.signal !== undefined) {
    await explainSignals(design, inputs, args.signal, args.json);
  } else if (args.step) {
    const { createDebugger } = await import("../src/circom/debugger/commands.ts");
    await stepThrough(createDebugger(design, inputs));
  } else await explain(design, inputs, args.json);
});

export default action;
