import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DIGEST_ARITY } from "../../../src/protocol/constants.ts";
import { PRESET_NAMES, PRESETS } from "../../../src/protocol/presets.ts";
import { CIRCUITS, loadBlockCircuit, loadTemplate } from "../../helpers/template-circuit.ts";

/**
 * Constraints of blocks with one and two slots, as compiled for proving, linear ones included. A
 * change makes every proving key of the preset invalid.
 */
const BASELINE = {
  minimal: [17_854, 28_426],
  dev: [27_553, 42_976],
  full: [46_951, 72_076],
} as const;

/** Limit for a slot of the preset "full", its share of the block's hash included. */
const FULL_SLOT_LIMIT = 26_000;

describe("Constraints of the block circuit", () => {
  for (const name of PRESET_NAMES) {
    const [one, two] = BASELINE[name];
    it(`are ${two - one} for each slot of ${name}, and ${2 * one - two} for the rest of a block`, async () => {
      const circuits = await Promise.all([1, 2].map((n) => loadBlockCircuit(PRESETS[name], n)));
      expect(circuits.map(({ stats }) => stats.constraints)).to.deep.equal([one, two]);
    });
  }

  it(`are at most ${FULL_SLOT_LIMIT} for a slot of full`, async () => {
    const [one, two] = BASELINE.full;
    const link = await loadTemplate("lib/poseidon.circom", `Poseidon(${DIGEST_ARITY})`);
    const slotsPerLink = (DIGEST_ARITY - 1) / 3;
    expect(two - one + link.stats.constraints / slotsPerLink).to.be.at.most(FULL_SLOT_LIMIT);
  });

  const claims = ["state", "operations", "block", "exit", "generated"].flatMap((folder) =>
    readdirSync(join(CIRCUITS, folder)).flatMap((file) => {
      const source = readFileSync(join(CIRCUITS, folder, file), "utf8");
      return [...source.matchAll(/ \* Constraints: (\d+) for (\w+\([\d, ]*\))/g)].map(
        ([, count, instance]) => ({ path: `${folder}/${file}`, count: Number(count), instance }),
      );
    }),
  );
  for (const { path, count, instance } of claims) {
    it(`are ${count} for ${instance}, as its comment says`, async () => {
      const circuit = await loadTemplate(path, instance!);
      expect(circuit.stats.constraints).to.equal(count);
    });
  }
});
