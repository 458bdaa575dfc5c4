/**
 * Runs the simulation: `npm run test:sim -- --seed S --steps N`, or `--seeds K` for several seeds,
 * one at a time per processor. A failing seed fails again in the same step.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { PRESET_NAMES } from "../src/protocol/presets.ts";
import { createRandom } from "../test/helpers/random.ts";

const options = {
  seed: { type: "string", default: createRandom().seed },
  seeds: { type: "string", default: "1" },
  steps: { type: "string", default: "2000" },
  /** Preset; by default each seed decides. */
  preset: { type: "string" },
  /** Number of proofs of which one is a real one. */
  "real-proofs": { type: "string", default: "200" },
} as const;
const { values } = parseArgs({ options });

const count = Number(values.seeds);
if (count === 1) await simulate(values.seed);
else await simulateAll(Array.from({ length: count }, (_, index) => `${values.seed}-${index}`));

async function simulate(seed: string): Promise<void> {
  const { createProofSample } = await import("../test/sim/proof-sample.ts");
  const { Simulation } = await import("../test/sim/simulation.ts");
  const steps = Number(values.steps);
  const preset = PRESET_NAMES.find((name) => name === values.preset);
  const sample = await createProofSample(Number(values["real-proofs"]));
  console.log(`seed ${seed}, ${steps} steps`);
  if (sample === undefined) console.log("No circuits are built, so all proofs are mock proofs.");
  const start = performance.now();
  const simulation = await Simulation.create({ seed, sample, ...(preset && { preset }) });
  const { counts, proofs, digest } = await simulation.run(steps).catch(fail);
  const seconds = (performance.now() - start) / 1000;
  const events = [...counts].map(([event, times]) => `${event} ${times}`).join(", ");
  console.log(`  ${events}`);
  console.log(`  ${proofs} proofs, ${sample?.proven ?? 0} real ones; digest ${digest}`);
  console.log(`  ${seconds.toFixed(1)} s, ${(steps / seconds).toFixed(1)} steps a second`);
  await sample?.close();
}

/** Prints an error. Hardhat's errors contain whole source files, so only the stack is shown. */
function fail(error: unknown): never {
  const { message, cause } = error as Error;
  console.error(message);
  console.error(cause instanceof Error ? cause.stack : cause);
  process.exit(1);
}

/** Runs each seed in its own process; exits with 1 if one fails. */
async function simulateAll(seeds: readonly string[]): Promise<void> {
  const waiting = [...seeds];
  const failed: string[] = [];
  const work = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      if (!(await simulateInProcess(seed))) failed.push(seed);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  console.log(`${seeds.length - failed.length} of ${seeds.length} seeds passed`);
  for (const seed of failed) console.log(`Again: npm run test:sim -- --seed ${seed}`);
  if (failed.length > 0) process.exitCode = 1;
}

/** Runs a seed and prints its output at the end. @returns Whether it passed. */
function simulateInProcess(seed: string): Promise<boolean> {
  const { steps, preset, "real-proofs": realProofs } = values;
  const args = ["--seed", seed, "--steps", steps, "--real-proofs", realProofs];
  if (preset !== undefined) args.push("--preset", preset);
  const child = spawn(process.execPath, [import.meta.filename, ...args]);
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      process.stdout.write(Buffer.concat(output));
      resolve(code === 0);
    });
  });
}
