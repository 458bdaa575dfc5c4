/** Some hours of the week of a node; `npm run test:week` runs whole weeks. */
import { expect } from "chai";
import { createRandom } from "../helpers/random.ts";
import { Week } from "./week.ts";
import { createWeekDatabase, type WeekDatabase } from "./week-database.ts";

const HOURS = 4;
/** Always the same: only whole weeks have other seeds. */
const { seed, title } = createRandom("5a33b3f8");

describe(`Week of a node (${title})`, () => {
  let database: WeekDatabase;

  beforeEach(async () => {
    database = await createWeekDatabase("sqlite");
  });

  afterEach(() => database.remove());

  it(`survives ${HOURS} hours`, async () => {
    const { target } = database;
    const week = await Week.create({ seed, hours: HOURS, target, preset: "minimal" });
    const { counts, proofs, steps } = await week.run();
    expect(steps).to.be.greaterThan(0);
    expect(proofs).to.be.greaterThan(0);
    expect(counts.get("blocks")).to.be.greaterThan(0);
    expect(counts.get("days")).to.equal(1);
  });
});
