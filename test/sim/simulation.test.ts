/** A short run of the simulation; `npm run test:sim` does long ones. */
import { expect } from "chai";
import { createRandom } from "../helpers/random.ts";
import { Simulation } from "./simulation.ts";

const STEPS = 120;
const REPLAYED_STEPS = 40;
const { seed, title } = createRandom();

async function simulate(seed: string, steps: number, preset?: "minimal" | "dev") {
  const simulation = await Simulation.create({ seed, ...(preset && { preset }) });
  return simulation.run(steps);
}

describe(`Simulation (${title})`, () => {
  for (const preset of ["minimal", "dev"] as const) {
    it(`survives ${STEPS} steps with the preset ${preset}`, async () => {
      const { counts, proofs } = await simulate(seed, STEPS, preset);
      expect(proofs).to.be.greaterThan(5);
      expect(counts.get("accepted")).to.be.greaterThan(5);
    });
  }

  it("does the same again from the same seed", async () => {
    const runs = [await simulate(seed, REPLAYED_STEPS), await simulate(seed, REPLAYED_STEPS)];
    expect(runs[1]).to.deep.equal(runs[0]);
    const other = await simulate(`${seed}'`, REPLAYED_STEPS);
    expect(other.digest).not.to.equal(runs[0]!.digest);
  });
});
