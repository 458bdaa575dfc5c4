/** `hardhat rollup:witness`: computes a witness, writes it and shows its signals. */
import { printJson, defineAction } from "./common.ts";
import { type InputArguments, outputFolder, withCircuit } from "./one-circuit.ts";
import { shownPath } from "./circuit-steps.ts";

interface WitnessArguments extends InputArguments {
  /** Full names of signals, separated by commas. */
  readonly signal?: string | undefined;
}

const action = defineAction<WitnessArguments>(async (args, hre) => {
  const { readInputs } = await import("../src/plugin/circuits/input-files.ts");
  const { signalLines } = await import("../src/plugin/circuits/signal-text.ts");
  const { witnessFile } = await import("../src/plugin/circuits/proof-files.ts");
  const { writeFileAtomically } = await import("../src/groth16/files/files.ts");
  const { encodeWitness } = await import("../src/groth16/formats/wtns.ts");
  await withCircuit(args, "rollup:witness", hre, async ({ circuit, source, progress }) => {
    const { inputs } = await readInputs(args.input, source, hre.config.paths.root);
    const witness = await progress("Computing the witness", () => circuit.witness(inputs));
    const names = args.signal?.split(",").map((name) => name.trim()) ?? [];
    const { outputs } = witness;
    const signals = Object.fromEntries(names.map((name) => [name, witness.signal(name)]));
    const file = witnessFile(await outputFolder(args.output, source, hre));
    await writeFileAtomically(file, [encodeWitness(witness.values, circuit.stats.prime)]);
    if (args.json) {
      printJson({ circuit: source.name, outputs, signals, witness: file });
      return;
    }
    const lines = signalLines(args.signal === undefined ? outputs : signals);
    const shown = lines.length === 0 ? ["no outputs"] : lines;
    console.log([...shown.map((line) => `  ${line}`), shownPath(file)].join("\n"));
  });
});

export default action;
