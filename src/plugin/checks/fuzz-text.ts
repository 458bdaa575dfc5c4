/** The report of a fuzz run as text. */
import type { Disagreement, FuzzReport } from "../../testing/fuzz-circuit.ts";
import { showDifferences } from "../../testing/compare.ts";
import { oneLine } from "./one-line.ts";

/** @param model - Path of the model, as it was given. */
export function formatFuzz(report: FuzzReport, model: string): string {
  const { circuit, passed, runs, accepted, refused, seed, counterExample, isTimedOut } = report;
  const counts = `${count(accepted)} accepted and ${count(refused)} refused by both (seed ${seed})`;
  if (counterExample === undefined) {
    const end = isTimedOut ? "; the time limit ended the run" : "";
    const agree = passed ? "agrees with the model" : "was not compared";
    const text = `${circuit}: ${agree} on ${count(runs)} inputs: ${counts}${end}`;
    if (accepted > 0) return text;
    return `${text}\n  No input was accepted: export \`inputs\` or \`generate\` from the model.`;
  }
  const { inputs, disagreement, path, shrinks } = counterExample;
  return [
    `${circuit}: DISAGREES with the model on ${oneLine(inputs)}`,
    explain(disagreement),
    `  after ${count(runs)} inputs, ${counts}, made smaller in ${shrinks} steps`,
    `  Repeat: hardhat rollup:fuzz ${circuit} --model ${model} --seed ${seed} --path ${path}`,
  ].join("\n");
}

function explain(disagreement: Disagreement): string {
  switch (disagreement.kind) {
    case "outputs":
      return showDifferences(disagreement.differences);
    case "accepted":
      return (
        `  The circuit accepts them and computes ${oneLine(disagreement.outputs)},\n` +
        `  but must refuse them: ${disagreement.reason}`
      );
    case "refused":
      return (
        `  The circuit must accept them and compute ${oneLine(disagreement.outputs)},\n` +
        `  but refuses them: ${disagreement.reason}`
      );
  }
}

function count(value: number): string {
  return value.toLocaleString("en");
}
