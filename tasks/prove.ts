/** `hardhat rollup:prove`: proves inputs, and writes the proof in the form of snarkjs. */
import { defineAction, printJson } from "./common.ts";
import { shownPath } from "./circuit-steps.ts";
import { type InputArguments, outputFolder, withCircuit } from "./one-circuit.ts";

const action = defineAction<InputArguments>(async (args, hre) => {
  const { readInputs } = await import("../src/plugin/circuits/input-files.ts");
  const { namePublicSignals, writeProof } = await import("../src/plugin/circuits/proof-files.ts");
  const { chooseProver } = await import("../src/plugin/circuits/prover-choice.ts");
  const { signalLines } = await import("../src/plugin/circuits/signal-text.ts");
  const { rollup, paths } = hre.config;
  await withCircuit(args, "rollup:prove", hre, async ({ circuit, source, progress }) => {
    const { protocol, name } = source;
    const prover = chooseProver(args.prover, protocol, rollup);
    const { inputs } = await readInputs(args.input, source, paths.root);
    const witness = await progress("Computing the witness", () => circuit.witness(inputs));
    const origin = rollup.setup.type === "dev" ? "Making the development key" : "Reading the key";
    await progress(`${origin} of ${name}`, circuit.zkeyPath);
    const proven = await progress(`Proving ${name} by ${protocol}`, () =>
      witness.prove({ prover }),
    );
    const files = await writeProof(await outputFolder(args.output, source, hre), proven);
    const values = namePublicSignals(circuit, proven.publicSignals);
    if (args.json) {
      printJson({ circuit: name, protocol, publicSignals: values, ...files });
      return;
    }
    const lines = signalLines(values).map((line) => `  ${line}`);
    const title = `${name}: proven by ${protocol}, with these public values`;
    console.log([title, ...lines, shownPath(files.proof), shownPath(files.public)].join("\n"));
  });
});

export default action;
