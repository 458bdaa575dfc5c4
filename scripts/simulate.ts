/**
 * Runs the simulation: `npm run test:sim -- --seed S --steps N`, or `--seeds K` for several seeds,
 * one after the other. A seed that has failed fails again in the same step.
 */
import { parseArgs } from "node:util";
import { PRESET_NAMES } from "../src/protocol/presets.ts";
import { createRandom } from "../test/helpers/random.ts";
import { createProofSample } from "../test/sim/proof-sample.ts";
import { Simulation } from "../test/sim/simulation.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: createRandom().seed },
    seeds: { type: "string", default: "1" },
    steps: { type: "string", default: "2000" },
    /** By default each seed decides. */
    preset: { type: "string" },
    /** One of so many proofs is made for real. */
    "real-proofs": { type: "string", default: "200" },
  },
});

const steps = Number(values.steps);
const seeds = Number(values.seeds);
const preset = PRESET_NAMES.find((name) => name === values.preset);
const sample = await createProofSample(Number(values["real-proofs"]));
if (sample === undefined) console.log("No circuits are built, so no proof is made for real.");

for (let index = 0; index < seeds; index++) {
  const seed = index === 0 ? values.seed : `${values.seed}-${index}`;
  console.log(`seed ${seed}, ${steps} steps`);
  const start = performance.now();
  const simulation = await Simulation.create({ seed, sample, ...(preset && { preset }) });
  const { counts, proofs, digest } = await simulation.run(steps).catch(fail);
  const seconds = (performance.now() - start) / 1000;
  const events = [...counts].map(([event, count]) => `${event} ${count}`).join(", ");
  console.log(`  ${events}`);
  console.log(`  ${proofs} proofs, ${sample?.proven ?? 0} real ones so far; digest ${digest}`);
  console.log(`  ${seconds.toFixed(1)} s, ${(steps / seconds).toFixed(1)} steps a second`);
}
await sample?.close();

/** The errors of Hardhat carry whole source files, so only the stack is shown. */
function fail(error: unknown): never {
  const { message, cause } = error as Error;
  console.error(message);
  console.error(cause instanceof Error ? cause.stack : cause);
  process.exit(1);
}
