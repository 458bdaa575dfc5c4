/** A short run of the simulation; `npm run test:sim` does long ones. */
import { expect } from "chai";
import type { PresetName } from "../../src/protocol/presets.ts";
import { createRandom } from "../helpers/random.ts";
import { createProofSample, type ProofSample } from "./proof-sample.ts";
import { Simulation } from "./simulation.ts";

const STEPS = 80;
const REPLAYED_STEPS = 30;
/** More than the number of proofs, so that only the first is real. */
const ONE_OF = 1_000;
const { seed, title } = createRandom();

describe(`Simulation (${title})`, () => {
  let sample: ProofSample | undefined;
  before(async () => {
    sample = await createProofSample(ONE_OF);
  });
  after(() => sample?.close());

  async function simulate(seed: string, steps: number, preset: PresetName) {
    const simulation = await Simulation.create({ seed, preset, sample });
    return simulation.run(steps);
  }

  for (const preset of ["minimal", "dev"] as const) {
    it(`survives ${STEPS} steps with the preset ${preset}`, async () => {
      const { counts, proofs } = await simulate(seed, STEPS, preset);
      expect(proofs).to.be.greaterThan(0);
      expect(counts.get("blocks")).to.be.greaterThan(0);
      if (sample?.preset === preset) expect(sample.proven).to.equal(1);
    });
  }

  it("repeats a run exactly with the same seed", async () => {
    const first = await simulate(seed, REPLAYED_STEPS, "dev");
    expect(await simulate(seed, REPLAYED_STEPS, "dev")).to.deep.equal(first);
    const other = await simulate(`${seed}'`, REPLAYED_STEPS, "dev");
    expect(other.digest).not.to.equal(first.digest);
  });
});
