/** A few of the kills of `npm run test:crash`. */
import { expect } from "chai";
import hre from "hardhat";
import { POSTGRES_VARIABLE } from "../helpers/postgres.ts";
import { createRandom } from "../helpers/random.ts";
import { runCrashes } from "./crash/run.ts";
import { CRASH_STORES } from "./crash/world.ts";

/** Kills by store. */
const KILLS = { sqlite: 2, postgres: 1 };
/** For a machine that does much else; it takes a small part of that. */
const LIMIT_MS = 600_000;
const random = createRandom();
const postgresUrl = process.env[POSTGRES_VARIABLE];

describe(`faults: kill -9 (${random.title})`, () => {
  for (const store of CRASH_STORES) {
    const isLeftOut = store === "postgres" && !postgresUrl;
    (isLeftOut ? it.skip : it)(
      `loses nothing that was acknowledged, in ${store}`,
      async function () {
        this.timeout(LIMIT_MS);
        const { seed } = random;
        const options = { seed, store, postgresUrl, prover: "mock", l1BlockMs: 200 } as const;
        const { kills, accepted, blocks, proofs } = await runCrashes(hre, {
          ...options,
          kills: KILLS[store],
        });
        expect(kills).to.have.length(KILLS[store]);
        expect(accepted).to.be.greaterThan(0);
        expect(proofs).to.be.at.least(blocks);
      },
    );
  }
});
